using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing.Operators;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing;

/// <summary>
/// Times prefill, decode and training steps in this process: of one variant with random weights, since latency does not depend on them, or of a checkpoint, which may have sizes of its own.
/// </summary>
/// <param name="clock">Source of time stamps.</param>
public sealed class TimingSession(TimeProvider clock)
{
    /// <summary>Seed of weights and token ids; fixed, since no result depends on it.</summary>
    private const long Seed = 1;

    /// <summary>Kernel selection as records write it.</summary>
    internal const string ReadableKernels = "readable", FusedKernels = "fused";

    private const int MinimumDecodeSteps = 8;

    /// <summary>A stretch of decoding lengthens the context by at most this part of it.</summary>
    private const int DecodeDriftShare = 8;

    /// <summary>Measures everything that is asked; an out-of-memory ends one measurement, not the session.</summary>
    public TimingReport Measure(TimingRequest request, VariantCatalogue variants)
    {
        if (request.ThreadCount is { } threads)
        {
            TorchRuntime.SetThreads(threads);
        }

        var device = ComputeDevice.Resolve(request.Device);
        using var noGradients = no_grad();
        using var model = CreateModel(request, variants, device);
        using var watch = new HostWatch(device);
        var timer = new BlockTimer(clock, device.Synchronise, watch);
        var measurements = new List<TimingMeasurement>();
        foreach (var length in request.Lengths)
        {
            foreach (var phase in request.Phases)
            {
                measurements.Add(MeasureOne(request, model, device, timer, phase, length));
            }
        }

        return new TimingReport(HostClassName.Of(device), FusedOperations.Serve(device, model.ElementType) ? FusedKernels : ReadableKernels, measurements)
        {
            Limits = device.IsCuda ? Limits(device, model) : null,
        };
    }

    /// <summary>Last, so that its memory is nobody's loss.</summary>
    private RateLimits? Limits(ComputeDevice device, LoopedModel model)
    {
        try
        {
            return new OperatorSession(clock).Limits(device, model.ElementType);
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return null;
        }
    }

    /// <summary>The request's model: the checkpoint's, else the variant's with random weights.</summary>
    internal static LoopedModel CreateModel(TimingRequest request, VariantCatalogue variants, ComputeDevice device) => request.Checkpoint is { } folder
        ? CheckpointFolder.Load(folder, device, Dtypes.Use(request.Dtype, device))
        : LoopedModel.CreateOnDevice(
            variants.Resolve(request.VariantId).WithVocabulary(request.VocabularySize).WithLoopCount(request.LoopCount), Seed, device, Dtypes.Use(request.Dtype, device));

    private TimingMeasurement MeasureOne(TimingRequest request, LoopedModel model, ComputeDevice device, BlockTimer timer, string phase, int length)
    {
        try
        {
            using var scope = NewDisposeScope();
            using var ids = TokenIds(request, device, length);
            return phase switch
            {
                TimingPhases.Prefill => MeasurePrefill(request, model, device, timer, ids, length),
                TimingPhases.Train => MeasureTrain(request, model, device, timer, length),
                _ => MeasureDecode(request, model, device, timer, ids, length),
            };
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return new TimingMeasurement(phase, length, "outOfMemory", error.Message.Split('\n')[0], 0, [], null);
        }
        catch (NotSupportedException error)
        {
            return new TimingMeasurement(phase, length, "unsupported", error.Message, 0, [], null);
        }
    }

    internal static void Prefill(TimingRequest request, LoopedModel model, Tensor ids, int length)
    {
        using var scope = NewDisposeScope();
        using var state = model.NewState(request.BatchSize, length, request.LoopCount);
        model.Advance(ids, state, lastPositionOnly: true);
    }

    private TimingMeasurement MeasurePrefill(TimingRequest request, LoopedModel model, ComputeDevice device, BlockTimer timer, Tensor ids, int length)
    {
        void Once() => Prefill(request, model, ids, length);
        var times = timer.Measure(Once, request.BlockCount, request.MinimumBlockMilliseconds);
        return TimingMeasurement.Of(TimingPhases.Prefill, length, times) with
        {
            JoulesAnIteration = new EnergyMeter(device, clock).Measure(Once), OperationsAnIteration = PassCost.PrefillOperations(model, request.BatchSize, length, request.LoopCount),
        };
    }

    private TimingMeasurement MeasureTrain(TimingRequest request, LoopedModel model, ComputeDevice device, BlockTimer timer, int length)
    {
        using var gradients = enable_grad();
        using var tokens = Tokens(request, length);
        using var steps = Steps(request, model, tokens);
        var times = timer.Measure(steps.Step, request.BlockCount, request.MinimumBlockMilliseconds);
        return TimingMeasurement.Of(TimingPhases.Train, length, times) with
        {
            JoulesAnIteration = new EnergyMeter(device, clock).Measure(steps.Step), Execution = device.IsCuda ? steps.Execution : null,
            OperationsAnIteration = PassCost.TrainingOperations(model, request.BatchSize, length),
        };
    }

    /// <summary>The batch that training steps read.</summary>
    internal static RepeatedTokens Tokens(TimingRequest request, int length) => new(Seed, request.VocabularySize, request.BatchSize, length);

    /// <summary>Training steps of the request's model.</summary>
    /// <exception cref="NotSupportedException">A checkpoint of another loop count.</exception>
    internal static TrainingSteps Steps(TimingRequest request, LoopedModel model, RepeatedTokens tokens) => model.Definition.LoopCount == request.LoopCount
        ? new TrainingSteps(model, tokens, new TrainingRecipe { Steps = int.MaxValue, BatchSize = request.BatchSize, LearningRate = 1e-5 })
        : throw new NotSupportedException($"Training steps run the {model.Definition.LoopCount} loops that the checkpoint was trained with, not {request.LoopCount}.");

    private TimingMeasurement MeasureDecode(
        TimingRequest request, LoopedModel model, ComputeDevice device, BlockTimer timer, Tensor ids, int length)
    {
        // Every timed stretch starts again at the same context, so that its tokens stay near the length they are filed under.
        var steps = Math.Max(MinimumDecodeSteps, length / DecodeDriftShare);
        using var next = TokenIds(request, device, 1);
        using var state = model.NewState(request.BatchSize, length + steps, request.LoopCount);
        using (NewDisposeScope())
        {
            model.Advance(ids, state, lastPositionOnly: true);
        }

        using var mark = state.Mark();
        using var decode = new CapturedDecode(model, state);
        void Once() => decode.Step(next).Dispose();
        var times = timer.Measure(Once, request.BlockCount, request.MinimumBlockMilliseconds, mark.Return, steps);
        return TimingMeasurement.Of(TimingPhases.Decode, length, times) with
        {
            JoulesAnIteration = new EnergyMeter(device, clock).Measure(Once, mark.Return, steps), Execution = device.IsCuda ? decode.Execution : null,
            BytesAnIteration = PassCost.DecodeBytes(model, state, length),
        };
    }

    internal static Tensor TokenIds(TimingRequest request, ComputeDevice device, int length)
    {
        using var generator = new Generator((ulong)Seed, CPU);
        using var ids = randint(0, request.VocabularySize, [request.BatchSize, length], ScalarType.Int64, CPU, generator: generator);
        return ids.to(device.TorchDevice).MoveToOuterDisposeScope();
    }
}
