FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
RUN python -m compileall -q . \
    && useradd --system --no-create-home --uid 10001 contactcenter \
    && mkdir /data collected \
    && chown contactcenter /data collected
USER contactcenter

ENV DATA_DIR=/data STATIC_ROOT=/app/collected
# The static files belong to the image, not to the volume, which outlives it.
RUN SECRET_KEY=only-for-this-build DEBUG=0 python manage.py collectstatic --no-input --verbosity 0
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
