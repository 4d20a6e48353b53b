using LT2.Eval.Models.Definitions;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Runs this build's operators and mixers on golden cases: how a user checks a machine, a device or a kernel.</summary>
public static class CaseVerifier
{
    /// <summary>Verifies a file of golden cases, or every such file of a folder.</summary>
    /// <param name="path">A JSON file of golden cases, an <c>index.json</c> of layer cases, or a folder of either (subfolders included).</param>
    /// <param name="device">Where to compute; the CPU by default.</param>
    /// <param name="dtype">Float64, float32 or bfloat16; by default float64 on the CPU and float32 on CUDA.</param>
    /// <returns>A verdict for each case, in the order of file names and cases. Damaged and unknown cases are failed verdicts. Empty where there is nothing to verify.</returns>
    /// <exception cref="ModelException">The path does not exist, or the dtype is none of the three.</exception>
    public static IReadOnlyList<CaseVerdict> Verify(string path, Device? device = null, ScalarType? dtype = null)
    {
        var where = device ?? CPU;
        var precision = dtype ?? (where.type == DeviceType.CUDA ? ScalarType.Float32 : ScalarType.Float64);
        if (precision is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ModelException($"Golden cases are verified in float64, float32 or bfloat16; not in {precision}.");
        }
        Runtime.TorchRuntime.EnsureLoaded();
        // A product in TF32 has 10 bits of mantissa: it would fail every float32 case.
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        return [.. Files(path).SelectMany(file => VerifyFile(file, where, precision))];
    }

    private static IEnumerable<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }
        if (!Directory.Exists(path))
        {
            throw new ModelException($"There is no file or folder {path}. Give a JSON file of golden cases, an index.json of layer cases, or a folder of them.");
        }
        return Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<CaseVerdict> VerifyFile(string file, Device device, ScalarType dtype) => LayerCaseIndex.IsIndex(file)
        ? LayerCaseIndex.Verify(file, device, dtype)
        : GoldenFile.Read(file).Select(golden => VerifyCase(golden, device, dtype));

    private static CaseVerdict VerifyCase(GoldenCase golden, Device device, ScalarType dtype)
    {
        if (golden.Damage is { } damage)
        {
            return CaseVerdict.NotRun(golden.Source, golden.Mixer, golden.Name, damage);
        }
        var families = OperatorFamilies.Find(golden.Mixer);
        if (families.Count == 0 && golden.Mixer != GoldenLayers.Mixer)
        {
            return CaseVerdict.NotRun(golden.Source, golden.Mixer, golden.Name,
                $"this build knows no mixer '{golden.Mixer}'.{NearestName.Hint(golden.Mixer, OperatorFamilies.All.Select(f => f.Mixer).Distinct().Append(GoldenLayers.Mixer))}");
        }
        try
        {
            return families.Count == 0 ? GoldenLayers.Verify(golden, device, dtype) : OperatorCaseVerifier.Verify(families, golden, device, dtype);
        }
        // A case that breaks an operator is a failed case, not a failed run: the rest is still worth knowing.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return CaseVerdict.NotRun(golden.Source, golden.Mixer, golden.Name, CaseVerdict.Reason(error));
        }
    }
}
