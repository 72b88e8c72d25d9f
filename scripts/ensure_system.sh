#!/usr/bin/env bash
# Sees to it that programs from the system's packages are there: scripts/ensure_system.sh chromium postgresql redis java wrk
# Installs what is missing with apt-get where that is allowed (root, or sudo without a password); otherwise says what to install.
set -euo pipefail

present() {
    case "$1" in
        chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ;;
        postgresql) command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
        redis) command -v redis-server >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

packages=()
for program in "$@"; do
    present "$program" && continue
    case "$program" in
        redis) packages+=(redis-server) ;;
        java) packages+=(openjdk-17-jre-headless) ;;
        *) packages+=("$program") ;;
    esac
done
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=()
elif sudo -n true 2>/dev/null; then
    sudo=(sudo -n)
else
    echo "Not installed: ${packages[*]}. Ask for: apt-get install ${packages[*]} (or your system's packages of those names)." >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "Not installed: ${packages[*]}. This system has no apt-get; install them with its own package manager." >&2
    exit 1
fi
echo "Installing ${packages[*]} with apt-get ..."
export DEBIAN_FRONTEND=noninteractive
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# No service is started by the installation: the tests start their own servers on free ports.
if ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" env RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "apt-get could not install ${packages[*]}." >&2
    exit 1
fi
