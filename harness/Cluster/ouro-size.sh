#!/usr/bin/env bash
# Ouro-1.4B at its published size with random weights, and its hybrid: written in Ouro's format, read back, loaded, run for prefill and decode.
# Usage: ouro-size.sh LT2 OUT [DEVICE]   (LT2: the program; OUT: folder for weights and results)
set -uo pipefail
lt2=$1 out=$2 device=${3:-cuda}
mkdir -p "$out"
step() { echo "== $*"; /usr/bin/env time -f '%e s, %M KiB at most' timeout 300 "$@" || echo "exit $?"; }
step "$lt2" export --format ouro --variant ouro@ouro-1.4b --seed 1 --to "$out/published" --shard-gigabytes 2
step "$lt2" import "$out/published" --checkpoint "$out/ouro" --tokenizer byte
step "$lt2" convert "$out/ouro" --recipe ouro-hybrid-initial --suite perplexity --task austen --checkpoint "$out/hybrid" --validation-samples 1 --dtype bfloat16 --device "$device"
for model in ouro hybrid; do
  for context in 2048 32768; do
    step "$lt2" generate --checkpoint "$out/$model" --prompt x --context "$context" --dry-run --json --dtype bfloat16 --device "$device"
  done
  step "$lt2" generate --checkpoint "$out/$model" --prompt "It is a truth universally acknowledged" --max-new-tokens 64 --json --dtype bfloat16 --device "$device"
done
for variant in ouro ouro-hybrid; do
  step "$lt2" time "$variant@ouro-1.4b" --vocabulary 49152 --lengths 2048,32768 --memory --blocks 3 --dtype bfloat16 --device "$device" --json
done
