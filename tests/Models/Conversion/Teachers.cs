using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Conversion;

/// <summary>Small models of Ouro's architecture, and the chain of words that they learn.</summary>
internal static class Teachers
{
    internal const int Vocabulary = 11;

    internal static ModelDefinition Definition(int layers = 3, int loopCount = 2, int keyValueHeads = 2)
    {
        var one = Variants.Small("ouro", loopCount, Vocabulary);
        var options = new SortedDictionary<string, string>(one.Slots[0][0].Options.ToDictionary(), StringComparer.Ordinal);
        if (keyValueHeads != one.HeadCount) options["keyValueHeads"] = keyValueHeads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return one with { LayerCount = layers, Slots = [[.. Enumerable.Repeat(new MixerChoice("full", options), layers)]] };
    }

    internal static LoopedModel Trained(int steps = 60, int layers = 3, int loopCount = 2, int keyValueHeads = 2)
    {
        TorchRuntime.SetThreads(1);
        var model = LoopedModel.Create(Definition(layers, loopCount, keyValueHeads), 1, ComputeDevice.Cpu);
        Trainer.Train(model, new Words(16, 8), new TrainingRecipe { Steps = steps, BatchSize = 8, LearningRate = 0.01, Loss = new LossDefinition(LossKind.ExitExpectation) }, new TrainingOptions());
        return model;
    }

    /// <summary>Rows of one of four fixed words repeated from a random place: the next token follows from the last two. A pure function of the step.</summary>
    internal sealed class Words(int length, int batch, int offset = 0) : ITokenBatchSource
    {
        static readonly int[][] All = [[1, 2, 3, 4], [1, 3, 5, 7, 9], [2, 4, 6], [8, 9, 10, 7, 6, 5]];

        public TokenBatch GetBatch(int step)
        {
            using var generator = new torch.Generator((ulong)(step + 1 + offset), torch.CPU);
            using var scope = torch.NewDisposeScope();
            var draws = torch.randint(1000, [batch, 2], generator: generator).data<long>().ToArray();
            var rows = Enumerable.Range(0, batch).Select(row =>
            {
                var word = All[draws[2 * row] % All.Length];
                return Enumerable.Range(0, length + 1).Select(i => (long)word[(i + (int)draws[2 * row + 1]) % word.Length]).ToArray();
            }).ToArray();
            torch.Tensor Part(int start) => torch.tensor(rows.SelectMany(row => row.Skip(start).Take(length)).ToArray(), [batch, length]).MoveToOuterDisposeScope();
            return new TokenBatch(Part(0), Part(1));
        }
    }
}
