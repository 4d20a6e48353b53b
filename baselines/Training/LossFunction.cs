using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>The training loss of one batch. The head runs at labelled positions only.</summary>
internal static class LossFunction
{
    /// <returns>A scalar with gradient: mean cross-entropy (natural logarithm) of the labelled positions.</returns>
    internal static Tensor Compute(LoopedModel model, TokenBatch batch, LossDefinition loss, int step, long seed)
    {
        var trained = model.Definition.LoopCount;
        if (loss.Kind == LossKind.ExitExpectation) return ExitExpectation(model, batch, loss, trained);
        if (loss.Kind == LossKind.ExitImprovement) return ExitImprovement(model, batch, trained);
        var last = loss.Kind == LossKind.RandomLoopCount ? DrawLoopCount(loss, trained, step, seed) : trained;
        var counts = loss.Kind == LossKind.RandomLoopCount ? [last] : Enumerable.Range(1, trained).Where(loop => loss.WeightOf(loop, trained) > 0).ToArray();
        var hidden = model.ForwardHidden(batch.InputIds, counts);
        Tensor? sum = null;
        for (var i = 0; i < counts.Length; i++)
        {
            var weight = loss.Kind == LossKind.RandomLoopCount ? 1 : loss.WeightOf(counts[i], trained);
            var term = CrossEntropy(model, hidden[i], batch.Labels);
            if (weight != 1) term = term.mul(weight);
            sum = sum is null ? term : sum.add(term);
        }
        return sum!;
    }

    /// <summary>The loop count of a step under <see cref="LossKind.RandomLoopCount"/>: uniform from the minimum to the trained count.</summary>
    internal static int DrawLoopCount(LossDefinition loss, int trained, int step, long seed)
    {
        var low = Math.Min(loss.MinimumLoopCount, trained);
        return low + (int)(MixerDraws.Mix(seed, step) % (ulong)(trained - low + 1));
    }

    static Tensor CrossEntropy(LoopedModel model, Tensor hidden, Tensor labels)
    {
        var (gathered, targets) = Labelled(hidden, labels);
        return Mean(model, gathered, targets);
    }

    /// <summary>Mean cross-entropy of normed states [n, d] against labels [n], those without a label left out. Waits for nothing, so it can be captured.</summary>
    internal static Tensor Mean(LoopedModel model, Tensor gathered, Tensor targets) => FusedCrossEntropy.Serves(gathered, model.HeadWeight)
        ? FusedCrossEntropy.Apply(gathered, model.HeadWeight, targets, TokenBatch.NoLabel)
        : nn.functional.cross_entropy(Wide(model.Head(gathered)), targets, ignore_index: TokenBatch.NoLabel);

    /// <summary>The losses of fixed readouts, at positions that are already gathered: what <see cref="CapturedTraining"/> captures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">[B, L].</param>
    /// <param name="labels">[n], −100 in padding.</param>
    /// <param name="where">[n] rows of the flattened batch, or null for all.</param>
    /// <param name="loss">Last loop, every loop or weighted.</param>
    internal static Tensor AtPositions(LoopedModel model, Tensor ids, Tensor labels, Tensor? where, LossDefinition loss)
    {
        var trained = model.Definition.LoopCount;
        int[] counts = [.. Enumerable.Range(1, trained).Where(loop => loss.WeightOf(loop, trained) > 0)];
        var terms = model.ForwardHidden(ids, counts).Select((hidden, i) =>
        {
            var flat = hidden.flatten(0, 1);
            var (mean, weight) = (Mean(model, where is null ? flat : flat.index_select(0, where), labels), loss.WeightOf(counts[i], trained));
            return weight == 1 ? mean : mean.mul(weight);
        });
        return terms.Aggregate((sum, term) => sum.add(term));
    }

    /// <summary>Ouro, stage I: Σ_τ p(τ) L_τ − β H(p), per labelled token, mean over them.</summary>
    static Tensor ExitExpectation(LoopedModel model, TokenBatch batch, LossDefinition loss, int trained)
    {
        var hidden = model.ForwardHidden(batch.InputIds, [.. Enumerable.Range(1, trained)]);
        var labelled = hidden.Select(h => Labelled(h, batch.Labels)).ToArray();
        var exit = model.ExitDistribution([.. labelled.Select(pair => pair.Gathered)], trained);     // [T, n]
        var losses = stack(labelled.Select(pair => nn.functional.cross_entropy(Wide(model.Head(pair.Gathered)), pair.Targets, reduction: nn.Reduction.None)).ToArray());
        var entropy = exit.mul(exit.clamp_min(1e-9).log()).sum([0]).neg();
        return exit.mul(losses).sum([0]).sub(entropy.mul(loss.EntropyWeight)).mean();
    }

    /// <summary>
    /// Ouro, stage II: with the detached improvement I_τ = max(0, L_(τ−1) − L_τ) of each labelled token and the wish to continue w_τ = σ(50 (I_τ − 0.005)), the mean binary
    /// cross-entropy of 1 − λ_τ against w_τ over τ = 2 … T. Only the gate receives a gradient.
    /// </summary>
    static Tensor ExitImprovement(LoopedModel model, TokenBatch batch, int trained)
    {
        const double Steepness = 50, Margin = 0.005;
        if (trained < 2) throw new ModelException("The loss exitImprovement compares loops, so it needs a trained loop count of 2 or more.");
        Tensor[] states;
        Tensor wish;
        using (no_grad())
        {
            var labelled = model.ForwardHidden(batch.InputIds, [.. Enumerable.Range(1, trained)]).Select(h => Labelled(h, batch.Labels)).ToArray();
            var losses = stack(labelled.Select(pair => nn.functional.cross_entropy(Wide(model.Head(pair.Gathered)), pair.Targets, reduction: nn.Reduction.None)).ToArray());
            var improvement = losses.narrow(0, 0, trained - 1).sub(losses.narrow(0, 1, trained - 1)).clamp_min(0);
            wish = improvement.sub(Margin).mul(Steepness).sigmoid();                              // [T − 1, n]
            states = [.. labelled.Skip(1).Select(pair => pair.Gathered.detach())];
        }
        var stop = model.ExitLogits(stack(states));                                               // σ(−z) = 1 − λ
        return nn.functional.binary_cross_entropy_with_logits(stop.neg(), wish.to(stop.dtype));
    }

    static (Tensor Gathered, Tensor Targets) Labelled(Tensor hidden, Tensor labels)
    {
        var flat = labels.flatten();
        var where = flat.ne(TokenBatch.NoLabel).nonzero().squeeze(-1);
        if (where.shape[0] == 0) throw new ModelException("A training batch has no labels: nothing to learn from.");
        return where.shape[0] == flat.shape[0] ? (hidden.flatten(0, 1), flat) : (hidden.flatten(0, 1).index_select(0, where), flat.index_select(0, where));
    }

    static Tensor Wide(Tensor logits) => logits.dtype is ScalarType.Float32 or ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
}
