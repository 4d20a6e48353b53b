#!/usr/bin/env bash
# What two GPUs of one host bring: a plan's train and score cells on one and on two, and one 30 M model trained on one and on two.
#   two-gpu-proof.sh LT2 OUT [PLAN]     LT2: the program; PLAN: a file, default two-gpu-proof.yaml beside this script
#   RUN_OPTIONS="--only parity --workers 12" two-gpu-proof.sh LT2 OUT LT2_FOLDER/plans/nightly.yaml     a part of a larger plan
# OUT gets summary.txt, parts.tsv (name, exit code, seconds) and everything else in all.tar.gz, renewed after every part.
# Every part has a time limit and a failing part does not stop the others. About five minutes. LD_LIBRARY_PATH as for any GPU run.
set -uo pipefail
lt2=$(realpath "$1"); mkdir -p "$2"; target=$(realpath "$2"); out=$(mktemp -d); here=$(cd "$(dirname "$0")" && pwd); plan=$(realpath "${3:-$here/two-gpu-proof.yaml}")
work=$(mktemp -d); cd "$work"
SECONDS=0
now() { date +%s.%N; }
part() { # name seconds command…
    local name=$1 limit=$2 begin; shift 2; begin=$(now)
    timeout -s TERM -k 5 "$limit" "$@" >"$out/$name.json" 2>"$out/$name.log"; local status=$?
    printf '%s\t%s\t%s\n' "$name" "$status" "$(echo "$(now) $begin" | awk '{print $1 - $2}')" | tee -a "$out/parts.tsv"
    keep
}
keep() { cp "$out/parts.tsv" "$target/"; [ ! -f "$out/summary.txt" ] || cp "$out/summary.txt" "$target/"; tar -C "$out" -czf "$target/all.tar.gz" .; }
: > "$out/parts.tsv"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader > "$out/gpus.txt"

# Kernels are compiled once into the cache, so that neither side pays for it.
sed 's/steps: [0-9]*,/steps: 4,/; s/samples: [0-9]*/samples: 100/' "$plan" > warm-up.yaml
read -ra options <<< "${RUN_OPTIONS:-}"
part warm-up 60 "$lt2" run warm-up.yaml --devices 0,1 --out warm-up --no-report "${options[@]}"
part plan-one-gpu 200 "$lt2" run "$plan" --devices 0 --out one --no-report "${options[@]}"
part plan-two-gpus 120 "$lt2" run "$plan" --devices 0,1 --out two --no-report "${options[@]}"
"$lt2" run paper-sweep --dry-run --out one 2>&1 | tail -n 6 > "$out/capacity.txt"
for store in one two; do "$lt2" results cells --json --out $store > "$out/cells-$store.json" 2>/dev/null; done

train() { # name limit options…
    local name=$1 limit=$2; shift 2
    part "$name" "$limit" "$lt2" train lt2-gdn@small --suite mqar --set length=512 pairs=64 vocabulary=16384 --steps "${STEPS:-120}" --batch "${BATCH:-24}" --learning-rate 0.001 \
        --dtype "${DTYPE:-bfloat16}" --seed 1 --json --checkpoint "$work/$name" "$@"
}
# The same rows a step on every side: one GPU takes them in two micro-batches, two GPUs one each. A second run of one side says how far two equal runs are apart.
train train-one-gpu 90 --device cuda:0 --gradient-accumulation-steps 2
train train-two-gpus-after 60 --devices 0,1 --reduce AfterBackward
train train-two-gpus-during 60 --devices 0,1 --reduce DuringBackward
train train-two-gpus-after-again 60 --devices 0,1 --reduce AfterBackward
STEPS=40 BATCH=4 DTYPE=float32
train float32-one-gpu 60 --device cuda:0 --gradient-accumulation-steps 2
train float32-two-gpus-after 45 --devices 0,1 --reduce AfterBackward
train float32-two-gpus-during 45 --devices 0,1 --reduce DuringBackward

python3 - "$out" <<'P' | tee "$out/summary.txt"
import json, sys
from datetime import datetime
out = sys.argv[1]
wall = {row[0]: (int(row[1]), float(row[2])) for row in (line.split("\t") for line in open(f"{out}/parts.tsv"))}
print("GPUs:", " and ".join(open(f"{out}/gpus.txt").read().split("\n")[:2]))
if "plan-one-gpu" in wall and "plan-two-gpus" in wall:
    one, two = wall["plan-one-gpu"], wall["plan-two-gpus"]
    print(f"plan: {one[1]:.1f} s on one GPU (exit {one[0]}), {two[1]:.1f} s on two (exit {two[0]}): {one[1] / two[1]:.2f} times as fast, start-up of the program included")
    for name in ("one", "two"):
        try:
            cells = json.load(open(f"{out}/cells-{name}.json"))
            times = [(datetime.fromisoformat(c["startedUtc"]).timestamp(), c["durationSeconds"]) for c in cells]
            print(f"  {name}: {max(a + b for a, b in times) - min(a for a, b in times):.1f} s from the first cell's start to the last one's end")
            print(f"  {name}: {len(cells)} cells, {sum(c['outcome'] == 'finished' for c in cells)} finished, {sum(c['durationSeconds'] for c in cells):.1f} s of cells")
        except Exception as error:
            print(f"  {name}: {error}")
runs = {}
groups = {"train-one-gpu": ("train-two-gpus-after", "train-two-gpus-during", "train-two-gpus-after-again"), "float32-one-gpu": ("float32-two-gpus-after", "float32-two-gpus-during")}
for name in [name for base, others in groups.items() for name in (base, *others)]:
    try:
        run = json.loads(open(f"{out}/{name}.json").read().strip().split("\n")[-1])
        if run["tokensPerSecond"] is None:
            print(f"{name}: {run['outcome']}: {run['reason'][:160]}")
            continue
        runs[name] = run
        print(f"{name}: {runs[name]['tokensPerSecond']:.0f} tokens/s, validation loss {runs[name]['validationLoss']:.5f}, {runs[name]['execution']}")
    except Exception as error:
        print(f"{name}: no result ({error}); see {name}.log")
def against(name, run, base, what):
    pairs = [(a["loss"], b["loss"]) for a, b in zip(base["points"], run["points"])]
    print(f"  {name} against {what}: {run['tokensPerSecond'] / base['tokensPerSecond']:.2f} times the tokens per second; largest difference of the loss {max(abs(a - b) / a for a, b in pairs):.2e} relative over {len(pairs)} points ({pairs[0][0]:.4f} to {pairs[-1][0]:.4f})")
for base, others in groups.items():
    for name in others:
        if base in runs and name in runs: against(name, runs[name], runs[base], base)
if all(name in runs for name in ("train-two-gpus-after", "train-two-gpus-after-again")):
    against("train-two-gpus-after-again", runs["train-two-gpus-after-again"], runs["train-two-gpus-after"], "train-two-gpus-after")
P
cat "$out/capacity.txt" | tee -a "$out/summary.txt"
keep
rm -rf "$work" "$out"
