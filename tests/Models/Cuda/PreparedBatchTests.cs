using LT2.Eval.Models.Training;
using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class PreparedBatchTests
{
    static TokenBatch Batch(int length, int labelled) =>
        new(arange(2 * length).view(2, length), arange(2 * length).masked_fill(arange(2 * length).ge(labelled), TokenBatch.NoLabel).view(2, length));

    static MicroBatch Whole(int length, int labelled) => new(Batch(length, labelled), 1);

    [Fact]
    public void Few_labels_are_gathered_and_padded_to_a_bucket()
    {
        using var scope = NewDisposeScope();
        using var batch = PreparedBatch.From(Whole(256, labelled: 70), pin: false);
        Assert.Equal((2, 256, 128), batch.Shape);
        Assert.Equal(Enumerable.Range(0, 70).Select(i => (long)i), batch.Where!.data<long>().Take(70));
        Assert.Equal(70, batch.Labels.ne(TokenBatch.NoLabel).sum().item<long>());
    }

    [Fact]
    public void Many_labels_run_all_positions()
    {
        using var scope = NewDisposeScope();
        using var batch = PreparedBatch.From(Whole(64, labelled: 100), pin: false);
        Assert.Null(batch.Where);
        Assert.Equal(128, batch.Labels.shape[0]);
    }

    [Fact]
    public void A_batch_without_labels_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("no labels", Assert.Throws<ModelException>(() => PreparedBatch.From(Whole(8, labelled: 0), pin: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_come_in_order_and_an_error_of_the_source_reaches_the_trainer()
    {
        using var prefetcher = Prefetcher(new Failing(), 3, 100);
        for (var step = 3; step < 6; step++)
        {
            using var batches = prefetcher.Take();
            Assert.Equal(step, Assert.Single(batches.Parts).Ids[0, 0].item<long>());
        }
        Assert.Contains("step 6", Assert.Throws<InvalidOperationException>(() => prefetcher.Take()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ending_early_stops_the_preparation()
    {
        var prefetcher = Prefetcher(new Failing(end: int.MaxValue), 0, int.MaxValue);
        prefetcher.Take().Dispose();
        prefetcher.Dispose();
    }

    static BatchPrefetcher<StepBatches<PreparedBatch>> Prefetcher(ITokenBatchSource source, int first, int end) =>
        new(step => StepBatches<PreparedBatch>.Make(source, step, StepShare.All(1), part => PreparedBatch.From(part, pin: false)), first, end);

    sealed class Failing(int end = 6) : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step) => step < end ? new(full([1, 4], step, ScalarType.Int64), zeros(1, 4, ScalarType.Int64))
            : throw new InvalidOperationException($"no data at step {step}");
    }
}
