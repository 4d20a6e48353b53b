using LT2.Eval.Models.Layers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// The part of a block that moves information between tokens. To add one: derive from this class in one file, with
/// <list type="number">
/// <item><c>public static MixerDescription Describe(MixerSettings settings)</c>: parameters with the names of FLA's layer, state tensors, operations. It must not touch libtorch.</item>
/// <item><c>public static IReadOnlyList&lt;MixerOption&gt; Options</c>: what a variant file may set.</item>
/// <item>a constructor <c>(MixerSettings settings, MixerParameters parameters)</c> that claims every described parameter.</item>
/// <item><see cref="Forward"/> and <see cref="Step"/>.</item>
/// </list>
/// and add one line to <see cref="MixerCatalogue"/>. The tests over the catalogue then check it: counts, parallel against recurrent, causality, gradients.
/// <para>A mixer holds parameters and constants, nothing of a call: one object serves every loop.
/// Intermediate tensors belong to the caller's dispose scope; the result is returned into it.</para>
/// </summary>
public abstract class TokenMixer
{
    /// <summary>What <c>Describe</c> returned for this mixer.</summary>
    public MixerDescription Description { get; }

    /// <summary>Keeps the description.</summary>
    protected TokenMixer(MixerDescription description) => Description = description;

    /// <summary>The parallel form (training, prefill, scoring).</summary>
    /// <param name="x">[B, L, d], already normed.</param>
    /// <param name="state">Null: the sequence starts here and nothing is kept. Else: read as the initial state and left holding the final state.</param>
    /// <param name="call">Positions, loop and layer.</param>
    /// <returns>[B, L, d].</returns>
    public abstract Tensor Forward(Tensor x, MixerState? state, MixerCall call);

    /// <summary>The recurrent form (decode): one token a row, literally the recurrence.</summary>
    /// <param name="x">[B, 1, d], already normed.</param>
    /// <param name="state">Read and advanced by one token.</param>
    /// <param name="call">Positions, loop and layer.</param>
    /// <returns>[B, 1, d].</returns>
    public abstract Tensor Step(Tensor x, MixerState state, MixerCall call);

    /// <summary>
    /// A decode step between its block's norm and residual: h + Step(norm(h)). Mixers with kernels for it join norm and residual to their products.
    /// </summary>
    /// <param name="h">[B, 1, d], the residual stream.</param>
    /// <param name="normWeight">[d].</param>
    /// <param name="epsilon">ε of the norm.</param>
    /// <param name="state">Read and advanced by one token.</param>
    /// <param name="call">Positions, loop and layer.</param>
    /// <returns>[B, 1, d].</returns>
    public virtual Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call) =>
        h.add(Step(RmsNorm.Apply(h, normWeight, epsilon), state, call));

    /// <summary>The state at the start of a sequence.</summary>
    /// <param name="batch">Sequences.</param>
    /// <param name="capacityTokens">Longest context that caches must hold.</param>
    /// <param name="device">Where it lies.</param>
    /// <param name="elementType">The model's element type.</param>
    public virtual MixerState NewState(int batch, int capacityTokens, Device device, ScalarType elementType) =>
        MixerState.Zeros(Description, batch, capacityTokens, device, elementType);
}
