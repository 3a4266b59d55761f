#!/bin/sh
# Real counterparts for the tests: PostgreSQL and Chromium, from Debian's packages.
# Where they cannot be had (no root, no Debian, no network) the tests that need them skip and say so.
set -u
missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -x /usr/bin/chromium ] || missing="$missing chromium"
[ -x /usr/bin/chromedriver ] || missing="$missing chromium-driver"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "tests that need$missing will be skipped: install them with the system's package manager"
    exit 0
fi
echo "installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 - one word a package
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
    echo "tests that need$missing will be skipped: they could not be installed"
exit 0
