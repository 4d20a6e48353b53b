#!/usr/bin/env bash
# Writes what a published program carries from others: harness/Cluster/licences.sh FOLDER
# FOLDER/LICENCES.md lists every package of FOLDER/lt2.deps.json with its licence; FOLDER/licences/ holds the licence and notice files the packages bring.
set -euo pipefail
folder=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: *//')
cp "$root/THIRD_PARTY.md" "$folder/"
mkdir -p "$folder/licences"
{
    echo "# Packages in this program"
    echo
    echo "Files in the repository that are not our own work: THIRD_PARTY.md. Licence and notice files of packages: licences/."
    echo
    echo "| package | version | licence |"
    echo "| --- | --- | --- |"
    # "Name/1.2.3": { opens a library; self-contained programs name their runtime packs with a prefix.
    sed -nE 's/^ *"(runtimepack\.)?([A-Za-z0-9_.-]+)\/([0-9][^"]*)": \{.*$/\2 \3/p' "$folder/lt2.deps.json" | sort -u | while read -r name version; do
        place="$packages/${name,,}/${version,,}"
        nuspec="$place/${name,,}.nuspec"
        [ -f "$nuspec" ] || continue
        licence=$(sed -nE 's/.*<license type="expression">([^<]*)<.*/\1/p' "$nuspec" | head -n 1)
        [ -n "$licence" ] || licence=$(sed -nE 's/.*<license type="file">([^<]*)<.*/\1 (in licences\/)/p' "$nuspec" | head -n 1)
        [ -n "$licence" ] || licence=$(sed -nE 's/.*<licenseUrl>([^<]*)<.*/\1/p' "$nuspec" | head -n 1)
        echo "| $name | $version | ${licence:-not stated} |"
        find "$place" -maxdepth 1 -type f \( -iname '*licen[sc]e*' -o -iname '*notice*' \) | while read -r file; do
            cp "$file" "$folder/licences/$name-$(basename "$file")"
        done
    done
} > "$folder/LICENCES.md"
