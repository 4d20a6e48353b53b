using System.Globalization;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Collects the errors of a case's outputs against what is expected.</summary>
internal sealed class ErrorMeter(Tolerance tolerance)
{
    private readonly List<string> failures = [];
    private readonly HashSet<string> compared = new(StringComparer.Ordinal);
    private readonly List<string> remarks = [];
    private double worstRatio = -1;

    public double? LargestAbsolute { get; private set; }

    public double? LargestRelative { get; private set; }

    public string? Worst { get; private set; }

    public bool HasCompared(string output) => compared.Contains(output);

    public void Fail(string reason) => failures.Add(reason);

    public void Remark(string remark)
    {
        if (!remarks.Contains(remark))
        {
            remarks.Add(remark);
        }
    }

    /// <summary>Compares an output. <paramref name="keep"/> (broadcastable) leaves out the entries where it is false; <paramref name="bound"/> replaces the case's tolerance.</summary>
    public void Compare(string output, string form, GoldenTensor expected, Tensor actual, Tensor? keep = null, double? bound = null)
    {
        compared.Add(output);
        if (!actual.shape.SequenceEqual(expected.Shape))
        {
            failures.Add($"{output} ({form}) has the shape {OperatorShapes.Text(actual.shape)}; expected {OperatorShapes.Text(expected.Shape)}");
            return;
        }
        if (expected.RowMajor.Length == 0)
        {
            return;
        }
        var want = expected.ToTensor(CPU, ScalarType.Float64);
        var error = (actual.detach().to(ScalarType.Float64, CPU) - want).abs();
        if (keep is not null)
        {
            error = error.masked_fill(keep.cpu().logical_not(), 0);
        }
        var largest = want.abs().max().item<double>();
        var absolute = error.max().item<double>();
        absolute = double.IsNaN(absolute) ? double.PositiveInfinity : absolute;
        var relative = largest > 0 ? absolute / largest : absolute;
        var allowed = bound ?? tolerance.Relative;
        LargestAbsolute = Math.Max(LargestAbsolute ?? 0, absolute);
        LargestRelative = Math.Max(LargestRelative ?? 0, relative);
        if (relative / allowed > worstRatio)
        {
            (worstRatio, Worst) = (relative / allowed, $"{output}, {form}");
        }
        if (!(relative <= allowed))
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{output} ({form}) is off by {relative:G3} relative; allowed {allowed:G3}"));
        }
    }

    public CaseVerdict Verdict(GoldenCase golden)
    {
        var reasons = string.Join("; ", remarks.Prepend(tolerance.Reason).OfType<string>());
        string? message = null;
        if (failures.Count > 0)
        {
            const int Shown = 3;
            message = string.Join("; ", failures.Take(Shown)) + (failures.Count > Shown ? $"; and {failures.Count - Shown} more" : "");
            var unread = golden.Attributes.Unread;
            message += unread.Count > 0 ? $". Attributes that were not used: {string.Join(", ", unread)}." : ".";
        }
        return new CaseVerdict(
            golden.Source, golden.Mixer, golden.Name, failures.Count == 0, LargestAbsolute, LargestRelative, tolerance.Relative,
            reasons.Length > 0 ? reasons : null, Worst, message);
    }
}
