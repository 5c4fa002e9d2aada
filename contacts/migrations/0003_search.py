"""The full-text index of contacts/search.py, in each database's own way."""

from django.db import migrations

# Words of two and three letters, as they are typed, have an index of their own.
SQLITE = [
    """CREATE VIRTUAL TABLE contacts_contact_search USING fts5(
        search_text, content='contacts_contact', content_rowid='id', tokenize='unicode61 remove_diacritics 0',
        detail='none', prefix='2 3')""",
    """CREATE TRIGGER contacts_contact_search_added AFTER INSERT ON contacts_contact BEGIN
        INSERT INTO contacts_contact_search (rowid, search_text) VALUES (new.id, new.search_text); END""",
    """CREATE TRIGGER contacts_contact_search_removed AFTER DELETE ON contacts_contact BEGIN
        INSERT INTO contacts_contact_search (contacts_contact_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text); END""",
    """CREATE TRIGGER contacts_contact_search_changed AFTER UPDATE OF search_text ON contacts_contact
        WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO contacts_contact_search (contacts_contact_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO contacts_contact_search (rowid, search_text) VALUES (new.id, new.search_text); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER contacts_contact_search_added",
    "DROP TRIGGER contacts_contact_search_removed",
    "DROP TRIGGER contacts_contact_search_changed",
    "DROP TABLE contacts_contact_search",
]
# Kept beside the text, since rows are compared again when many match.
POSTGRESQL = [
    """ALTER TABLE contacts_contact ADD COLUMN search_vector tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED""",
    "CREATE INDEX contacts_contact_search ON contacts_contact USING gin (search_vector)",
]
POSTGRESQL_BACK = [
    "DROP INDEX contacts_contact_search",
    "ALTER TABLE contacts_contact DROP COLUMN search_vector",
]


def _run(sqlite, postgresql):
    def run(apps, schema_editor):
        statements = sqlite if schema_editor.connection.vendor == "sqlite" else postgresql
        for statement in statements:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_deletion")]

    operations = [migrations.RunPython(_run(SQLITE, POSTGRESQL), _run(SQLITE_BACK, POSTGRESQL_BACK))]
