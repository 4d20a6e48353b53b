using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>
/// Checks of the chunked recurrences against the recurrence token by token in float64: output, final state and the gradient of every input. bfloat16 operands and
/// float32 sums leave errors of 2e-3 to 6e-3 whatever the decay.
/// </summary>
internal static class RecurrenceCheck
{
    private const double Tolerance = 1.5e-2;

    /// <summary>
    /// Delta rule (Gated DeltaNet; with no decay, DeltaNet) or, without β, the plain recurrence; with a decay for each key channel, KDA or GLA and HGRN2.
    /// </summary>
    public static KernelCheck Of(
        bool delta, string regime, long batch, long length, long keyHeads, long valueHeads, long keyWidth, long valueWidth, bool channelDecay = false) => new(
        (delta ? "chunked delta rule" : "chunked linear recurrence") + (channelDecay ? ", channel decay" : ""),
        $"BFloat16, {regime}, B {batch}, L {length}, heads {keyHeads}/{valueHeads}, {keyWidth}x{valueWidth}",
        Tolerance,
        (device, seed) =>
        {
            var x = new RecurrenceInputs(device, regime, batch, length, keyHeads, valueHeads, keyWidth, valueWidth, channelDecay, seed);
            var scale = Math.Pow(keyWidth, -0.5);
            var (o, final) = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), delta ? x.Given("beta") : null, x.Given("g"), scale, x.Given("initial"));
            var exact = delta
                ? DeltaRuleEngine.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("beta"), x.Exact("g"), scale, x.Exact("initial"))
                : LinearRecurrence.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("g"), scale, x.Exact("initial"));
            x.Backward(o, final, exact: false);
            BackwardTensors.Release();
            x.Backward(exact.Output, exact.FinalState, exact: true);
            string[] inputs = delta ? ["q", "k", "v", "beta", "g", "initial"] : ["q", "k", "v", "g", "initial"];
            return
            [
                new KernelComparison("output", o.detach(), exact.Output.detach()), new KernelComparison("final state", final!.detach(), exact.FinalState.detach()),
                .. inputs.Select(name => new KernelComparison("gradient of " + name, x.Given(name).grad!, x.Exact(name).grad!)),
            ];
        });
}
