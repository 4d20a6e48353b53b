using System.Globalization;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Runs one operator case in every form: chunk lengths around the hint, token by token, from a middle state, and through autograd.</summary>
internal static class OperatorCaseVerifier
{
    private static readonly long[] ChunkLengths = [1, 3, 16, 64];

    /// <summary>Expected values that describe a case instead of being computed by the operator.</summary>
    private static readonly HashSet<string> Described = new(StringComparer.Ordinal) { "sel_margin" };

    public static CaseVerdict Verify(IReadOnlyList<OperatorFamily> families, GoldenCase golden, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var tolerance = Tolerance.For(dtype, device);
        var gradient = golden.Attributes.Word("kind") == "gradient";
        if (gradient && golden.Attributes.Number("grad_tolerance") is { } bound)
        {
            tolerance = tolerance.Or(bound, "the expected gradients are finite differences");
        }
        var meter = new ErrorMeter(tolerance);
        if (dtype is ScalarType.BFloat16 or ScalarType.Float16)
        {
            meter.Remark($"{dtype} inputs: {string.Join(", ", families[0].Activations)}; decays, gates, parameters and states in float32");
        }
        foreach (var family in families)
        {
            Verify(family, golden, new CaseInputs(golden, device, dtype, family.Activations), gradient, dtype, meter);
        }
        foreach (var output in golden.Outputs.Keys.Where(name => !Described.Contains(name) && !meter.HasCompared(name)))
        {
            meter.Fail($"no form computes the expected output '{output}'");
        }
        return meter.Verdict(golden);
    }

    private static void Verify(OperatorFamily family, GoldenCase golden, CaseInputs inputs, bool gradient, ScalarType dtype, ErrorMeter meter)
    {
        foreach (var form in Forms(family, golden))
        {
            if (gradient)
            {
                Gradients(family, golden, inputs, form, meter);
            }
            else
            {
                Forward(family, golden, inputs, form, dtype, meter);
            }
        }
        if (golden.Attributes.Integer("mid") is { } middle)
        {
            FromMiddle(family, golden, inputs, middle, meter);
        }
    }

    private static IEnumerable<OperatorForm> Forms(OperatorFamily family, GoldenCase golden)
    {
        if (!family.Chunked)
        {
            return [new OperatorForm(1), OperatorForm.Recurrent];
        }
        var hint = golden.Attributes.Integer("chunk_hint") ?? 64;
        return ChunkLengths.Append(hint).Distinct().Order().Select(length => new OperatorForm(length)).Append(OperatorForm.Recurrent);
    }

    private static void Forward(OperatorFamily family, GoldenCase golden, CaseInputs inputs, OperatorForm form, ScalarType dtype, ErrorMeter meter)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var outputs = family.Run(inputs, form);
        var label = family.Label(form);
        foreach (var (name, expected) in golden.Outputs)
        {
            if (outputs.TryGetValue(name, out var actual))
            {
                meter.Compare(name, label, expected, actual, SelectionMargin.Keep(family, golden, name, dtype, meter));
            }
        }
    }

    /// <summary>Loss = Σ o·do + Σ final_state·d_final_state; every other input gets a gradient.</summary>
    private static void Gradients(OperatorFamily family, GoldenCase golden, CaseInputs given, OperatorForm form, ErrorMeter meter)
    {
        using var scope = NewDisposeScope();
        var names = golden.Outputs.Keys.Where(name => name.StartsWith("grad_", StringComparison.Ordinal)).Select(name => name["grad_".Length..]).ToArray();
        var inputs = given.RequiringGradients(names);
        var outputs = family.Run(inputs, form);
        var terms = inputs.Names.Where(name => name == "do" || name.StartsWith("d_", StringComparison.Ordinal)).Select(name =>
        {
            var output = name == "do" ? "o" : name["d_".Length..];
            return outputs.TryGetValue(output, out var value)
                ? (value.to_type(inputs[name].dtype) * inputs[name]).sum()
                : throw new ModelException($"the case has an input '{name}', but the operator has no output '{output}'.");
        }).ToArray();
        if (terms.Length == 0)
        {
            throw new ModelException("a gradient case needs the inputs 'do' or 'd_…'.");
        }
        var loss = terms.Aggregate((a, b) => a + b);
        loss.backward();
        foreach (var (name, expected) in golden.Outputs)
        {
            if (name == "loss")
            {
                meter.Compare(name, family.Label(form), expected, loss.reshape([.. expected.Shape]));
            }
            else if (name.StartsWith("grad_", StringComparison.Ordinal))
            {
                var leaf = inputs[name["grad_".Length..]];
                meter.Compare(name, family.Label(form), expected, leaf.grad is { } gradient ? gradient : zeros_like(leaf));
            }
            else if (outputs.TryGetValue(name, out var actual))
            {
                meter.Compare(name, family.Label(form), expected, actual);
            }
        }
    }

    /// <summary>The state after m tokens, then one token at a time: rows m… of o and the final state must come out again.</summary>
    private static void FromMiddle(OperatorFamily family, GoldenCase golden, CaseInputs inputs, long middle, ErrorMeter meter)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var length = inputs[family.TimeInputs[0]].shape[1];
        if (middle < 1 || middle >= length)
        {
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"attribute mid is {middle}; it must lie between 1 and T − 1 = {length - 1}."));
        }
        var before = family.Run(inputs.Slice(family.TimeInputs, 0, middle), new OperatorForm(64));
        meter.Compare("state_mid", "chunk length 64", golden.Outputs["state_mid"], before["final_state"]);

        var state = golden.Outputs["state_mid"].ToTensor(before["final_state"].device, before["final_state"].dtype);
        var keySum = before.GetValueOrDefault("final_z");
        var rows = new List<Tensor>();
        for (var t = middle; t < length; t++)
        {
            var step = family.Run(inputs.Slice(family.TimeInputs, t, 1).With(("initial_state", state), ("initial_z", keySum)), OperatorForm.Recurrent);
            rows.Add(step["o"]);
            (state, keySum) = (step["final_state"], step.GetValueOrDefault("final_z"));
        }
        meter.Compare("o", "one token at a time from state_mid", Tail(golden.Outputs["o"], middle), cat(rows, 1));
        meter.Compare("final_state", "one token at a time from state_mid", golden.Outputs["final_state"], state);
    }

    private static GoldenTensor Tail(GoldenTensor o, long start)
    {
        using var scope = NewDisposeScope();
        var tail = o.ToTensor(CPU, ScalarType.Float64).narrow(1, start, o.Shape[1] - start).contiguous();
        return new GoldenTensor(tail.shape, tail.data<double>().ToArray());
    }
}
