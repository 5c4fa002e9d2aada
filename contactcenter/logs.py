"""What the log says."""

import logging


class WithoutTracebackOfRefusals(logging.Filter):
    """Somebody asked for what is not theirs, or is not there: that is a line, and no error of the program to trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
