"""The full-text index of conversations/search.py, in each database's own way."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE conversations_entry_search USING fts5(
        search_text, content='conversations_entry', content_rowid='id', tokenize='unicode61 remove_diacritics 0',
        prefix='3')""",
    """CREATE TRIGGER conversations_entry_search_added AFTER INSERT ON conversations_entry
        WHEN new.search_text <> '' BEGIN
        INSERT INTO conversations_entry_search (rowid, search_text) VALUES (new.id, new.search_text); END""",
    """CREATE TRIGGER conversations_entry_search_removed AFTER DELETE ON conversations_entry
        WHEN old.search_text <> '' BEGIN
        INSERT INTO conversations_entry_search (conversations_entry_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER conversations_entry_search_added",
    "DROP TRIGGER conversations_entry_search_removed",
    "DROP TABLE conversations_entry_search",
]
POSTGRESQL = [
    """CREATE INDEX conversations_entry_search ON conversations_entry
        USING gin (to_tsvector('simple', search_text)) WHERE search_text <> ''"""
]
POSTGRESQL_BACK = ["DROP INDEX conversations_entry_search"]


def _run(sqlite, postgresql):
    def run(apps, schema_editor):
        statements = sqlite if schema_editor.connection.vendor == "sqlite" else postgresql
        for statement in statements:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial")]

    operations = [migrations.RunPython(_run(SQLITE, POSTGRESQL), _run(SQLITE_BACK, POSTGRESQL_BACK))]
