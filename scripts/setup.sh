#!/usr/bin/env bash
# Makes .venv and installs one lock into it: scripts/setup.sh prod|dev. Does nothing, and needs no network, where that is done already.
set -euo pipefail
cd "$(dirname "$0")/.."
lock="requirements/$1.txt"
stamp=".venv/.installed-$1"
python="${PYTHON:-python3.11}"
digest() { sha256sum "$1" 2>/dev/null | cut -d' ' -f1; }
sum="$(digest "$lock")"

# A checkout that was set up here is for development; manage.py reads this file, and what stands in the environment wins over it.
[ -f .env ] || echo "PROMPTRUNNER_ENV=development" > .env

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then
    touch "$stamp"
    exit 0
fi
if [ "$1" = prod ] && [ -f .venv/.installed-dev ] && [ "$(cat .venv/.installed-dev)" = "$(digest requirements/dev.txt)" ]; then
    echo "$sum" > "$stamp" # the development lock holds all of it, in the same versions
    exit 0
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "Prompt Runner needs Python 3.11, and '$python' is not it. Install python3.11, or name it: make setup PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making .venv ..."
    if ! "$python" -m venv --clear .venv; then
        echo "Python has no venv module here; on Debian and Ubuntu: apt-get install python3.11-venv" >&2
        exit 1
    fi
fi
echo "Installing $(grep -cE '^[A-Za-z0-9].*==' "$lock") packages from $lock (about a minute, once) ..."
if ! .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"; then
    echo "The packages of $lock could not be installed; the message above says why. The first setup needs a package index." >&2
    exit 1
fi
echo "$sum" > "$stamp"
