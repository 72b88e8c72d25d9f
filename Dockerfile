# The production image: prod.txt only, no development tools, a user without rights.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DATA_DIR=/data
WORKDIR /srv/promptrunner

COPY requirements/prod.txt requirements/prod.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/prod.txt

COPY . .
# Collecting static files needs no secret of a real installation.
RUN PROMPTRUNNER_ENV=development python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --system --uid 10001 --no-create-home promptrunner \
    && mkdir -p /data && chown promptrunner /data

USER 10001
VOLUME /data
EXPOSE 8000
# SECRET_KEY, ALLOWED_HOSTS and DATABASE_URL come from the environment; the service refuses to start without the first two.
# Before the first start: `manage.py migrate` and `manage.py load_rulebooks` in the same image.
CMD ["gunicorn", "promptrunner.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
