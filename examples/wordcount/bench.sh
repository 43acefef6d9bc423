#!/usr/bin/env bash
# What Skope measures: counting words with $COUNT, between /start and /stop.
#   COUNT=before.py skope runner --script examples/wordcount/bench.sh --tag before
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
corpus=${CORPUS:-${TMPDIR:-/tmp}/skope-example-reviews-$UID.jsonl}

# One request to Skope, printed with its answer: by curl, or by bash alone where there is none.
signal() {
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --max-time 10 "$SKOPE_URL/$1"
        return
    fi
    exec 3<>"/dev/tcp/$SKOPE_HOST/$SKOPE_PORT"
    printf 'GET /%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
    local answer
    answer=$(cat <&3)
    exec 3>&-
    echo "${answer##*$'\n'}"
    [[ $answer == "HTTP/1.1 200 "* ]]
}

# Preparing is not measured: it happens before the start.
[ -s "$corpus" ] || python3 "$here/corpus.py" "$corpus"

signal start
python3 "$here/${COUNT:-before.py}" "$corpus"
signal stop
