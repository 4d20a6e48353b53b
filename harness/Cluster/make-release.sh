#!/usr/bin/env bash
# Makes everything a release has: harness/Cluster/make-release.sh [FOLDER]   (default: artifacts/release)
#   lt2-VERSION-linux-x64.tar.gz         self-contained program with libtorch for the CPU, plans, variants and licence notes: unpack and run
#   lt2-VERSION-linux-x64-cuda.tar.gz    the same without libtorch, for hosts with PyTorch and a GPU (make-bundle.sh)
#   LT2.Eval.VERSION.nupkg               the dotnet tool, with its part for linux-x64 (LT2.Eval.linux-x64.VERSION.nupkg), for hosts with the .NET SDK
#   SHA256SUMS
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath -m "${1:-artifacts/release}")
version=$(dotnet msbuild harness/LT2.Eval.Harness.csproj -getProperty:Version)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$folder"

dotnet publish harness/LT2.Eval.Harness.csproj -c Release -r linux-x64 --self-contained -p:DebugType=none --artifacts-path artifacts/publish -o "$stage/lt2" -v quiet --nologo
rm -f "$stage"/lt2/*.xml
harness/Cluster/licences.sh "$stage/lt2"
tar -C "$stage" -czf "$folder/lt2-$version-linux-x64.tar.gz" lt2

harness/Cluster/make-bundle.sh "$folder/lt2-$version-linux-x64-cuda.tar.gz"

# The tool is two packages, made at once: one that names the platforms, and one for the platform.
dotnet pack harness/LT2.Eval.Harness.csproj -c Release -p:PackTool=true -p:LicenceFolder="$stage/lt2" -p:DebugType=none --artifacts-path artifacts/pack -o "$folder" -v quiet --nologo

(cd "$folder" && sha256sum ./*"$version"*.tar.gz ./*"$version".nupkg > SHA256SUMS)
ls -lh "$folder"
