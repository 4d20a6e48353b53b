using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>How the golden cases of one mixer are run.</summary>
/// <param name="Mixer">The file's mixer.</param>
/// <param name="TimeInputs">Inputs whose axis 1 is time: what single-token steps slice.</param>
/// <param name="Activations">Inputs that are lowered to bfloat16 when that is asked for.</param>
/// <param name="Run">The operator: outputs by their golden names. A form may give only some of them.</param>
/// <param name="Chunked">Whether chunk lengths are to be varied.</param>
/// <param name="SelectionOutputs">Outputs that depend on a discontinuous choice; rows with a small <c>sel_margin</c> are left out of them.</param>
internal sealed record OperatorFamily(
    string Mixer, IReadOnlyList<string> TimeInputs, IReadOnlyList<string> Activations,
    Func<CaseInputs, OperatorForm, Dictionary<string, Tensor>> Run, bool Chunked = true, IReadOnlyList<string>? SelectionOutputs = null)
{
    /// <summary>How a form is called in verdicts.</summary>
    public string Label(OperatorForm form) => Chunked ? form.ToString() : form.IsRecurrent ? "recurrent" : "parallel";
}
