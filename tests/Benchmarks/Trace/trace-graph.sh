#!/usr/bin/env bash
# Which kernels a captured training step spends its time in: tests/Benchmarks/Trace/trace-graph.sh BENCHMARKS MODE [CUDA_FOLDER]
#   tests/Benchmarks/Trace/trace-graph.sh ./LT2.Eval.Benchmarks cuda-training
# Needs CUPTI's headers and library (CUDA_FOLDER, /usr/local/cuda by default), a C compiler and Python 3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 mode=$2 cuda=${3:-/usr/local/cuda}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header=$(find -L "$cuda" -name cupti_activity.h | head -n 1)
library=$(find -L "$cuda" -name 'libcupti.so*' | head -n 1)
# The newest layout of each record is the one that this CUPTI writes.
layout() { grep -o "CUpti_Activity$1[0-9]*" "$header" | sort -V | tail -n 1; }
cc -O1 -shared -fPIC -DKERNEL_RECORD="$(layout Kernel)" -DCOPY_RECORD="$(layout Memcpy)" -DSET_RECORD="$(layout Memset)" \
    -I"$(dirname "$header")" "$here/graph_trace.c" -o "$work/graph_trace.so" "$library" -Wl,-rpath,"$(dirname "$library")"
TRACE_OUT="$work/trace.tsv" CUDA_INJECTION64_PATH="$work/graph_trace.so" "$program" "$mode" --first
python3 "$here/kernel_table.py" "$work/trace.tsv"
