using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class MixerTrainingTests : IDisposable
{
    private const int Vocabulary = 16;
    private const int Length = 12;
    private const int Batch = 16;
    private const int MostSteps = 150;

    private readonly string folder = Directory.CreateTempSubdirectory("lt2-mixer-training").FullName;

    public static TheoryData<string> Names { get; } = [.. MixerCatalogue.All.Select(entry => entry.Name)];

    /// <summary>The first token comes from one half of the vocabulary, the rest from the other; every later position has to name the first token.</summary>
    [Theory, MemberData(nameof(Names))]
    public void A_looped_model_with_the_mixer_halves_its_loss_on_a_copy_task(string name)
    {
        // One thread: tensors this small only lose by sharing them out, and the run repeats bit for bit.
        TorchRuntime.SetThreads(1);
        HalvesItsLoss(name, ComputeDevice.Cpu);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_looped_model_with_the_mixer_halves_its_loss_on_a_copy_task_on_a_gpu(string name) => HalvesItsLoss(name, Cuda.Gpu.Require());

    private void HalvesItsLoss(string name, ComputeDevice device)
    {
        using var model = LoopedModel.Create(Definition(name), 1, device);
        using var generator = new Generator(3, CPU);
        model.Parameters.AttachGradients();
        var optimiser = new Adam(model.Parameters);
        double? first = null;
        var steps = 0;
        var last = double.PositiveInfinity;
        for (; steps < MostSteps && !(last <= first / 2); steps++)
        {
            using var scope = NewDisposeScope();
            var copied = randint(Vocabulary / 2, [Batch, 1], ScalarType.Int64, generator: generator).to(device.TorchDevice);
            var noise = randint(Vocabulary / 2, Vocabulary, [Batch, Length - 1], ScalarType.Int64, generator: generator).to(device.TorchDevice);
            var logits = model.Head(model.ForwardHidden(cat([copied, noise], 1), [2])[0]).narrow(1, 1, Length - 1);
            var loss = nn.functional.cross_entropy(logits.reshape(-1, Vocabulary), copied.expand(Batch, Length - 1).reshape(-1));
            last = loss.item<float>();
            first ??= last;
            loss.backward();
            Kernels.BackwardTensors.Release();
            optimiser.Step();
        }
        TestContext.Current.SendDiagnosticMessage($"{name}: {steps} steps");
        Assert.True(last <= first / 2, $"the loss went from {first} to {last} in {MostSteps} steps");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ModelDefinition Definition(string mixer)
    {
        var options = mixer switch
        {
            "window" => "window: 16",
            "nsa" => "blockSize: 4, blockCount: 3, window: 4",
            "dsa" => "topK: 8, indexerHeads: 2, indexerDimension: 8",
            "dsa-untrained" => "topK: 12, indexerDimension: 8",
            "mamba2" => "stateSize: 16",
            _ => "chunkLength: 8",
        };
        var variant = $"""
            name: copy-{mixer}
            title: {mixer}
            summary: {mixer} in every layer.
            pattern: {mixer}
            """;
        if (mixer != "full")
        {
            variant += $"\nmixerOptions: {{ {mixer}: {{ {options} }} }}";
        }
        Directory.CreateDirectory(Path.Combine(folder, "variants"));
        File.WriteAllText(Path.Combine(folder, "variants", $"copy-{mixer}.yaml"), variant + "\n");
        return VariantCatalogue.Load([folder]).Resolve($"copy-{mixer}@micro").WithVocabulary(Vocabulary).WithMaximumLength(Length);
    }

    private sealed class Adam(ParameterStore store)
    {
        private readonly Tensor mean = zeros_like(store.Flat).DetachFromDisposeScope(), square = zeros_like(store.Flat).DetachFromDisposeScope();
        private int steps;

        public void Step()
        {
            using var off = no_grad();
            steps++;
            mean.lerp_(store.Gradient, 0.1);
            square.lerp_(store.Gradient.square(), 0.05);
            var rate = 0.01 * Math.Sqrt(1 - Math.Pow(0.95, steps)) / (1 - Math.Pow(0.9, steps));
            store.Flat.sub_(rate * mean / (square.sqrt() + 1e-8));
            store.Gradient.zero_();
        }
    }
}
