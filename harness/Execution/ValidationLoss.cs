using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Execution;

/// <summary>Mean loss at the trained loop count over the validation split; learning rates are chosen by it.</summary>
internal static class ValidationLoss
{
    public const string MetricName = "validation_loss";

    /// <summary>Natural-log loss a labelled token.</summary>
    /// <param name="model">The model, read at its own loop count.</param>
    /// <param name="batches">The validation split.</param>
    /// <param name="samples">Rows to read.</param>
    /// <param name="batchSize">Rows a batch.</param>
    public static double Measure(LoopedModel model, ITokenBatchSource batches, int samples, int batchSize)
    {
        using var noGradients = no_grad();
        double sum = 0;
        long count = 0;
        var steps = (samples + batchSize - 1) / batchSize;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            using var batch = batches.GetBatch(step);
            var logits = model.ForwardReadouts(batch.InputIds.to(model.Device.TorchDevice), [model.Definition.LoopCount])[0];
            var labels = batch.Labels.to(model.Device.TorchDevice).flatten();
            sum += Functional.cross_entropy(logits.flatten(0, 1).to(ScalarType.Float32), labels, ignore_index: -100, reduction: nn.Reduction.Sum).item<float>();
            count += (labels != -100).sum().item<long>();
        }

        return sum / count;
    }
}
