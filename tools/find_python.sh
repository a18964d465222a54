#!/bin/sh
# Prints the path of a Python that fits the study; says in one sentence which ones fit when there is none.
# usage: find_python.sh [python]      a given python (name or path) is the only candidate
#
# Candidates are run, never only looked up: a version manager's shim exists and yet fails, and Debian's python3
# comes without ensurepip until python3-venv is installed.
fits='import sys, ensurepip, venv
version_fits = (3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32
intel_mac = sys.platform == "darwin" and __import__("platform").machine() != "arm64"
sys.exit(intel_mac or not version_fits)'
need="Python 3.11, 3.12 or 3.13 (64 bit, with the modules venv and ensurepip; on a Mac, for Apple silicon)"

try() {
    if "$1" -c "$fits" >/dev/null 2>&1; then
        echo "$1"
        exit 0
    fi
}

if [ -n "$1" ]; then
    try "$1"
    echo "The study needs $need. Received: PYTHON=$1" >&2
    exit 1
fi

# Every folder of PATH is tried for every name, for the first hit may be a shim in front of a Python that works.
IFS=:
for name in python3.13 python3.12 python3.11 python3 python; do
    for folder in $PATH; do
        [ -x "$folder/$name" ] && try "$folder/$name"
    done
done
echo "The study needs $need, and PATH holds none: install one (on Debian and Ubuntu python3 and python3-venv)" \
    "or name yours, as in: make study PYTHON=/path/to/python3.12" >&2
exit 1
