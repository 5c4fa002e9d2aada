"""The full-text index of files/search.py, in each database's own way."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE files_storedfile_search USING fts5(
        search_text, content='files_storedfile', content_rowid='id', tokenize='unicode61 remove_diacritics 0',
        prefix='3')""",
    """CREATE TRIGGER files_storedfile_search_added AFTER INSERT ON files_storedfile BEGIN
        INSERT INTO files_storedfile_search (rowid, search_text) VALUES (new.id, new.search_text); END""",
    """CREATE TRIGGER files_storedfile_search_removed AFTER DELETE ON files_storedfile BEGIN
        INSERT INTO files_storedfile_search (files_storedfile_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text); END""",
    """CREATE TRIGGER files_storedfile_search_changed AFTER UPDATE OF search_text ON files_storedfile
        WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO files_storedfile_search (files_storedfile_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO files_storedfile_search (rowid, search_text) VALUES (new.id, new.search_text); END""",
    "INSERT INTO files_storedfile_search (files_storedfile_search) VALUES ('rebuild')",
]
SQLITE_BACK = [
    "DROP TRIGGER files_storedfile_search_added",
    "DROP TRIGGER files_storedfile_search_removed",
    "DROP TRIGGER files_storedfile_search_changed",
    "DROP TABLE files_storedfile_search",
]
POSTGRESQL = [
    "CREATE INDEX files_storedfile_search ON files_storedfile USING gin (to_tsvector('simple', search_text))"
]
POSTGRESQL_BACK = ["DROP INDEX files_storedfile_search"]


def _run(sqlite, postgresql):
    def run(apps, schema_editor):
        statements = sqlite if schema_editor.connection.vendor == "sqlite" else postgresql
        for statement in statements:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("files", "0002_deletions_and_orders")]

    operations = [migrations.RunPython(_run(SQLITE, POSTGRESQL), _run(SQLITE_BACK, POSTGRESQL_BACK))]
