#!/usr/bin/env bash
# Carries a plan out part by part on the GPUs of one host where nobody may hold them for long, and packs each part's records small enough to travel:
#   LT2=lt2/lt2 harness/Cluster/run-parts.sh nightly OUT 520 reach text-gdn,text-deep:2 latency,frontier,loops recall,parity:14
# PLAN, a folder, seconds after which everything stops with its state saved (packing may take a minute more; the same command goes on), then parts of the plan (names joined by
# commas are one part), each with workers that run side by side (--workers; 1). First a short one, which begins the run and is done before the others; then the largest first, since
# they go to whichever GPU is free. GPUS="0 1" takes some GPUs, GPUS=cpu none. A part that ended leaves OUT/records/PART.store.br (at most 5 MB). When all are there, join them:
#   lt2 merge OUT/records/*.store.br && lt2 run PLAN --run "$(cat OUT/run)"       (the latter finds nothing left to do, marks the run complete and writes its pages)
# Exit code: 0 all parts are done, 3 some are left.
set -uo pipefail
[ $# -ge 4 ] || { echo "Usage: run-parts.sh PLAN FOLDER SECONDS PART[:WORKERS]…" >&2; exit 2; }
plan=$1 out=$(mkdir -p "$2" && cd "$2" && pwd) end=$((SECONDS + $3)); shift 3
lt2=$(command -v "${LT2:-lt2}") || { echo "There is no program '${LT2:-lt2}': set LT2 to it." >&2; exit 2; }
lt2=$(realpath "$lt2")
[[ $plan != *.yaml ]] || plan=$(realpath "$plan")
gpus=${GPUS:-$(nvidia-smi --query-gpu=index --format=csv,noheader 2>/dev/null | paste -sd' ')}
[ -n "$gpus" ] || { echo "No GPU was found: GPUS=cpu runs without." >&2; exit 2; }
rm -rf "$out/taken"; mkdir -p "$out/taken" "$out/records" "$out/parts"

run() { # GPU PART: until the end; what it kept is continued next time. Succeeds when the part is done and waits to be packed
    local gpu=$1 part=${2%%:*} workers=1 device=(--device cuda) id=() left=$((end - SECONDS)) code
    [[ $2 == *:* ]] && workers=${2##*:}
    [ ! -e "$out/records/$part.store.br" ] && [ $left -gt 10 ] || return 1
    mkdir "$out/taken/$part" 2>/dev/null || return 1      # another GPU has it
    [ ! -e "$out/parts/$part/done" ] || return 0
    mkdir -p "$out/parts/$part/results/runs"; cd "$out/parts/$part" || return 1
    if [ -e "$out/run" ]; then
        id=(--run "$(cat "$out/run")")
        [ -e results/runs/store.sqlite ] || cp "$out/begun.sqlite" results/runs/store.sqlite
    fi
    if [ "$gpu" = cpu ]; then device=(--device cpu); else export CUDA_VISIBLE_DEVICES=$gpu; fi
    echo "$(date +%T) $gpu: $part begins, $left s left"
    timeout -s INT -k 30 $left "$lt2" run "$plan" --only "$part" --workers "$workers" "${device[@]}" "${id[@]}" --no-report < /dev/null >> log.txt 2>&1
    code=$?
    if [ $code = 0 ]; then touch done
    elif [ $code = 124 ]; then echo "$(date +%T) $gpu: $part is stopped and goes on next time"
    else echo "$(date +%T) $gpu: $part ends with $code; see $PWD/log.txt"; fi
    return $code
}

pack() { # PART: its records, small
    cd "$out/parts/$1" || return 1
    if "$lt2" export --format archive --to packed >> log.txt 2>&1; then mv packed/*.store.br "$out/records/$1.store.br"; echo "$(date +%T) $1 is done"
    else echo "$(date +%T) $1 could not be packed; see $PWD/log.txt"; fi
}

lane() { # GPU PART…: packing needs no GPU, so the next part begins meanwhile
    local gpu=$1 part; shift
    for part in "$@"; do
        if (run "$gpu" "$part"); then (pack "${part%%:*}") & fi
    done
    wait
}

first=${1%%:*}
if [ ! -e "$out/run" ]; then
    lane "${gpus%% *}" "$1"
    [ -e "$out/records/$first.store.br" ] || { echo "The part '$first', which begins the run, did not end; the same command continues it." >&2; exit 3; }
    cp "$out/parts/$first/results/runs/store.sqlite" "$out/begun.sqlite"
    "$lt2" results runs --json --out "$out/parts/$first" | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}' | head -n 1 > "$out/run"
fi
for gpu in $gpus; do
    lane "$gpu" "$@" &
done
wait
left=$(for part in "$@"; do [ -e "$out/records/${part%%:*}.store.br" ] || echo "${part%%:*}"; done)
[ -z "$left" ] || { echo "Left: $(paste -sd' ' <<< "$left")"; exit 3; }
echo "All parts are done: $out/records"
