#!/usr/bin/env bash
# Makes a self-contained program for hosts without the .NET SDK: harness/Cluster/make-bundle.sh [TARGET.tar.gz] [--tests] [--benchmarks]
# The archive holds no libtorch: point LD_LIBRARY_PATH (or LT2_LIBTORCH) at the folder torch/lib of a PyTorch install.
#   tar xzf lt2-linux-x64.tar.gz && LD_LIBRARY_PATH=$(python3 -c 'import torch,os; print(os.path.dirname(torch.__file__))')/lib lt2/lt2 doctor
set -euo pipefail
cd "$(dirname "$0")/../.."
target=artifacts/lt2-linux-x64.tar.gz
tests=no
benchmarks=no
for argument in "$@"; do
    case $argument in
        --tests) tests=yes ;;
        --benchmarks) benchmarks=yes ;;
        *) target=$argument ;;
    esac
done

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
publish() {
    dotnet publish "$1" -c Release -r linux-x64 --self-contained -p:Torch=none -p:DebugType=none \
        --artifacts-path artifacts/bundle -o "$stage/$2" -v quiet --nologo
}
publish harness/LT2.Eval.Harness.csproj lt2
if [ $tests = yes ]; then
    # The program and its tests share one folder, so that the runtime travels once.
    publish tests/Models/LT2.Eval.Models.Tests.csproj lt2
fi
if [ $benchmarks = yes ]; then
    publish tests/Benchmarks/LT2.Eval.Benchmarks.csproj lt2
fi

rm -f "$stage"/lt2/*.xml
harness/Cluster/licences.sh "$stage/lt2"
mkdir -p "$(dirname "$target")"
tar -C "$stage" -czf "$target" lt2
echo "$target: $(du -h "$target" | cut -f1)"
