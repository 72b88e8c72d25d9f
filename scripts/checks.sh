#!/usr/bin/env bash
# Every check besides the tests; changes nothing. Runs them all, says what each took, and fails where one failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" PROMPTRUNNER_ENV=development
unset DATABASE_URL ALLOWED_HOSTS SECRET_KEY
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export DATA_DIR="$work/data"
failed=()

check() { # check "what" command ...
    local what="$1" began=$SECONDS
    shift
    if "$@" >"$work/output" 2>&1; then
        printf 'ok      %-52s %3d s\n' "$what" $((SECONDS - began))
    else
        printf 'FAILED  %-52s %3d s\n' "$what" $((SECONDS - began))
        sed 's/^/        /' "$work/output" | tail -60
        failed+=("$what")
    fi
}

production() { # what a deployment sets, with a secret of this moment
    env PROMPTRUNNER_ENV=production SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" ALLOWED_HOSTS=prompt-runner.example \
        python manage.py "$@"
}

schema() {
    python manage.py spectacular --validate --fail-on-warn --format openapi-json --file "$work/openapi.json" && python -m openapi_spec_validator "$work/openapi.json"
}

check "ruff: lint" ruff check .
check "ruff: format" ruff format --check .
check "mypy: types" mypy
check "import-linter: rooms and layers" lint-imports --no-logo
check "rulebooks load and their examples come out" python manage.py check_rulebooks
check "docs/accuracy.md says what is true" python manage.py report_accuracy --check
check "no migration is missing" python manage.py makemigrations --check --dry-run
check "no migration is missing on MongoDB" python scripts/with_database.py mongodb python manage.py makemigrations --check --dry-run
check "production settings pass check --deploy" production check --deploy --fail-level WARNING
check "OpenAPI schema is valid and without a warning" schema
check "Dockerfile: hadolint" hadolint Dockerfile
check "compose.yaml fits the Compose specification" check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
check "Kubernetes manifest fits the API's schemas" kubernetes-validate --strict --quiet k8s/*.yaml
check "workflows fit their schema" check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
check "workflows: zizmor's audit" zizmor --offline --no-progress --quiet .github/workflows
check "locks are in step with requirements/*.in" python scripts/locks.py check
check "installed packages fit together" python -m pip check

if [ ${#failed[@]} -gt 0 ]; then
    printf '%d checks failed: %s\n' "${#failed[@]}" "$(printf '%s; ' "${failed[@]}")" >&2
    exit 1
fi
