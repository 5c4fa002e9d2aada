from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import IntegrityError

from agents.actions import create_company


class Command(BaseCommand):
    help = "Create a company and its first agent, who has full access."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the company's name")
        parser.add_argument(
            "email", help="the first agent's e-mail address, also the company's default address"
        )
        parser.add_argument("--key", default="", help="the public widget key (default: a random one)")
        parser.add_argument("--password", default="", help="asked for when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = options["password"] or getpass("Password for the first agent: ")
        except EOFError as error:
            raise CommandError("Nobody is there to type a password. Give it as --password.") from error
        try:
            validate_email(options["email"])
            validate_password(password)
            company = create_company(
                name=options["name"], email=options["email"], password=password, key=options["key"]
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except IntegrityError as error:
            raise CommandError("This key or e-mail address is taken.") from error
        self.stdout.write(
            self.style.SUCCESS(f"{company.name}: key {company.key}, first agent {options['email']}")
        )
