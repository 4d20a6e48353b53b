using System.Globalization;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>The teacher's k most likely tokens after each loop, for every position of a batch; from the teacher, or from a folder that keeps what it once said.</summary>
/// <param name="teacher">The teacher.</param>
/// <param name="topK">k.</param>
/// <param name="cacheFolder">Where answers are kept, one file a step; null keeps nothing. The caller names it after everything that decides the batches.</param>
internal sealed class TeacherTargets(LoopedModel teacher, int topK, string? cacheFolder)
{
    /// <summary>Steps that were answered from the folder.</summary>
    internal int ReadFromCache { get; private set; }

    /// <summary>Logits and ids of the k most likely tokens.</summary>
    /// <param name="ids">[B, L].</param>
    /// <param name="step">Names the batch.</param>
    /// <param name="loops">Loops, from 1.</param>
    /// <returns>For each loop: logits [B·L, k] float32 and ids [B·L, k] int64, on the teacher's device.</returns>
    internal IReadOnlyList<(Tensor Logits, Tensor Ids)> At(Tensor ids, int step, IReadOnlyList<int> loops)
    {
        var file = cacheFolder is null ? null : Path.Combine(cacheFolder, string.Create(CultureInfo.InvariantCulture, $"step-{step:000000}.safetensors"));
        if (file is not null && File.Exists(file) && Read(file, loops) is { } kept) return kept;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var k = Math.Min(topK, teacher.Definition.VocabularySize);
        var answers = teacher.ForwardHidden(ids, loops).Select(hidden =>
        {
            var (values, indices) = teacher.Head(hidden.flatten(0, 1)).topk(k, -1);
            return (Logits: values.to(ScalarType.Float32).MoveToOuterDisposeScope(), Ids: indices.MoveToOuterDisposeScope());
        }).ToArray();
        if (file is not null)
            Safetensors.Write(file, [.. answers.SelectMany((answer, i) => ((string, Tensor)[])[(Name(loops[i], "logits"), answer.Logits), (Name(loops[i], "ids"), answer.Ids.to(ScalarType.Int32))])]);
        return answers;
    }

    (Tensor, Tensor)[]? Read(string file, IReadOnlyList<int> loops)
    {
        var archive = Safetensors.Read(file);
        if (loops.Any(loop => !archive.Has(Name(loop, "logits")))) return null; // a schedule with other loops wrote it
        ReadFromCache++;
        var device = teacher.Device.TorchDevice;
        return [.. loops.Select(loop => (archive.Load(Name(loop, "logits")).to(device), archive.Load(Name(loop, "ids")).to(ScalarType.Int64, device)))];
    }

    static string Name(int loop, string what) => string.Create(CultureInfo.InvariantCulture, $"loop.{loop}.{what}");
}
