# The production image: what prod.txt locks (and bulk.txt where it is asked for) and nothing for development, run by a user who may write in /data only.
# docs/deployment.md says how to run it; scripts/rehearse_image.py goes through these steps where there is no container engine.
FROM python:3.11-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH DATA_DIR=/data
WORKDIR /srv/promptrunner

FROM base AS build
# "prod bulk" has the engines for millions of cases too: audits, reprocessing by columns, results as Parquet.
ARG LISTS="prod"
# The packages first: a change of our own code does not install them again.
COPY requirements/prod.txt requirements/prod.txt
COPY requirements/bulk.txt requirements/bulk.txt
RUN python -m venv "$VIRTUAL_ENV" \
    && for list in $LISTS; do \
        "$VIRTUAL_ENV/bin/pip" install --no-cache-dir --disable-pip-version-check --require-hashes -r "requirements/$list.txt" || exit 1; \
    done
COPY . .
# Collecting static files needs no secret of a real installation, and leaves nothing else behind. The folder of the data goes along empty.
RUN PROMPTRUNNER_ENV=development DATABASE_URL=sqlite:///:memory: python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p "$DATA_DIR"

FROM base
LABEL org.opencontainers.image.title="Prompt Runner" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/promptrunner .
COPY --from=build --chown=10001:10001 /data /data
# A number, so that Kubernetes can see that it is not root's.
USER 10001:10001
VOLUME /data
EXPOSE 8000
# Asks the server of its own container; the migration and the worker listen on nothing, and compose.yaml and Kubernetes do not ask them.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "promptrunner.probe", "http://127.0.0.1:8000"]
# SECRET_KEY, ALLOWED_HOSTS and DATABASE_URL come from the environment; the service refuses to start without the first two.
# Before the first start and after each update: `manage.py migrate` and `manage.py load_rulebooks` in the same image.
CMD ["gunicorn", "promptrunner.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
