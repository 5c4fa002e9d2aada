import environ

env = environ.Env()
SECRET_KEY = "the reference keeps no secrets"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels"]
USE_TZ = True

DATABASES = {"default": env.db("DATABASE_URL")}
IS_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASE_THREADS = 1 if IS_SQLITE else 4

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    LAYER = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "reference"},
    }
else:
    LAYER = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 500}}
CHANNEL_LAYERS = {"default": LAYER}
