#!/usr/bin/env bash
# compute-sanitizer over the tests of the kernels, on a host with a GPU and the CUDA toolkit: tests/Models/Cuda/sanitize.sh PROGRAM [FILTER…]
#   tests/Models/Cuda/sanitize.sh lt2/LT2.Eval.Models.Tests -class "*FusedOperationTests"
# PROGRAM is the published test program; without a filter, short tests of all kernels. TOOLS="racecheck" takes some of the four tools. The logs lie in ./sanitizer. racecheck and
# initcheck report kernels of cuBLAS and cuDNN too; what counts, and makes the exit code 1, is a finding in a kernel of baselines/Kernels/Sources, or tests that failed or did not end.
set -uo pipefail
program=$1; shift
[ $# -gt 0 ] || set -- -class "*FusedOperationTests" -class "*FusedAttentionTests" -class "*ChunkBuildTests" -class "*SparsePrefillTests" -class "*SparseDecodeTests" -class "*DecodeKernelTests" -class "*FusedAdamWTests"
sources=$(dirname "$0")/../../../baselines/Kernels/Sources
kernels=$(grep -h __global__ "$sources"/*.cu | grep -oE '[a-z][a-z0-9_]*\(' | tr -d '(' | grep -v launch_bounds | sort -u | paste -sd'|')
# initcheck does not see what kernels of cuBLAS and cuDNN store by the copy engine (initcheck_control.py shows it) and names the kernel that reads the result next, where the
# memory had no use before. In whole mixers and models that is one of these two of ours, which have tests of their own on inputs that were drawn.
reads_products='^(split_rotate|rms_norm_forward)$'
with_products='\.(A_mixer_by_kernels|A_sequence_in_pieces|What_comes_later|Gradients_take|A_backward_pass_with_a_branch|Steps_of_a_mixer)'
findings() { # LOG TOOL: how often the tool names which own kernel, and in which test
    sed 's/\x1b\[[0-9;]*m//g' "$1" | awk -v own="^($kernels)$" -v tool="$2" -v reads="$reads_products" -v within="$with_products" '
        / \[STARTING\]/ { test = $1 }
        /^=+ .* at / { sub(/.* at /, ""); sub(/[+(<].*/, ""); sub(/ .*/, ""); if ($0 ~ own && !(tool == "initcheck" && $0 ~ reads && test ~ within)) count[$0 " in " test]++ }
        END { for (place in count) print count[place], place }'
}
mkdir -p sanitizer
status=0
for tool in ${TOOLS:-memcheck synccheck racecheck initcheck}; do
    log=sanitizer/$tool.txt
    options=(--print-limit 5000)
    unset LT2_KERNEL_CHECKED
    case $tool in
        # Of release 2025.3: it runs out of room for barriers (--num-cuda-barriers 64 did not help) and then stops the device: for those of cuBLAS's kernels, and for the copy engine's.
        synccheck) options+=(--kernel-name "regex=^($kernels)$"); export LT2_KERNEL_CHECKED=on ;;
        # Neither follows the copy engine (cp.async.bulk) to the barrier that says when its copies are there; what else CHECKED changes is told where it does.
        racecheck) export LT2_KERNEL_CHECKED=on ;;
        initcheck) options=(--print-limit 100000 --show-backtrace no); export LT2_KERNEL_CHECKED=on ;;
    esac
    [ "$program" = read ] || compute-sanitizer --tool $tool "${options[@]}" "$program" -reporter verbose "$@" > $log 2>&1   # "read" looks at the logs that are there
    ours=$(findings $log $tool)
    ended=$(grep -E 'Total:' $log | sed 's/.*Total: /tests: /; s/, Time.*//')
    echo "$tool: $(grep -cE ' at .*\+0x| at void ' $log) place(s) named, $([ -z "$ours" ] && echo 0 || echo "$ours" | wc -l) of them in own kernels; ${ended:-the tests did not end}"
    [ -z "$ours" ] || { echo "$ours"; status=1; }
    [[ $ended == *"Errors: 0, Failed: 0,"* ]] || status=1
done
exit $status
