using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>
/// The inputs of a golden case as tensors on a device. Below float32 only the names a family calls activations are lowered; gates, decays, states and parameters
/// stay in float32, as the mixers keep them.
/// </summary>
internal sealed class CaseInputs
{
    private readonly Dictionary<string, Tensor> tensors;

    public CaseInputs(GoldenCase golden, Device device, ScalarType dtype, IReadOnlyCollection<string> activations)
    {
        Attributes = golden.Attributes;
        var high = dtype is ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        tensors = golden.Inputs.ToDictionary(
            pair => pair.Key, pair => pair.Value.ToTensor(device, activations.Contains(pair.Key) ? dtype : high), StringComparer.Ordinal);
    }

    private CaseInputs(GoldenAttributes attributes, Dictionary<string, Tensor> tensors) => (Attributes, this.tensors) = (attributes, tensors);

    public GoldenAttributes Attributes { get; }

    public IEnumerable<string> Names => tensors.Keys;

    public Tensor this[string name] => Find(name) ?? throw new ModelException($"the case has no input '{name}', which its operator needs.");

    public Tensor? Find(string name) => tensors.GetValueOrDefault(name);

    public double? Scale => Attributes.Number("scale");

    public Tensor? InitialState => Find("initial_state");

    /// <summary>The same inputs with some replaced; null removes.</summary>
    public CaseInputs With(params (string Name, Tensor? Tensor)[] changes)
    {
        var copy = new Dictionary<string, Tensor>(tensors, StringComparer.Ordinal);
        foreach (var (name, tensor) in changes)
        {
            if (tensor is null)
            {
                copy.Remove(name);
            }
            else
            {
                copy[name] = tensor;
            }
        }
        return new CaseInputs(Attributes, copy);
    }

    /// <summary>Tokens <paramref name="start"/> to <paramref name="start"/> + <paramref name="length"/> of the inputs that run over time (axis 1).</summary>
    public CaseInputs Slice(IEnumerable<string> timeInputs, long start, long length)
        => With([.. timeInputs.Where(tensors.ContainsKey).Select(name => (name, (Tensor?)tensors[name].narrow(1, start, length)))]);

    /// <summary>The same inputs as leaves that collect gradients.</summary>
    public CaseInputs RequiringGradients(IEnumerable<string> names)
        => With([.. names.Select(name => (name, (Tensor?)this[name].detach().clone().requires_grad_()))]);
}
