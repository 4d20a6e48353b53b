using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Time cut into chunks of equal length. The last chunk is padded with zeros: a padded row has k = v = β = 0 and g = 0, so it
/// writes nothing, decays nothing, and the final state is exact.
/// </summary>
internal sealed class ChunkLayout
{
    public ChunkLayout(long length, long chunkLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        OperatorShapes.RequireChunkLength(chunkLength);
        Length = length;
        ChunkLength = Math.Min(length, chunkLength);
        Count = (length + ChunkLength - 1) / ChunkLength;
    }

    public long Length { get; }

    public long ChunkLength { get; }

    public long Count { get; }

    /// <summary><c>[B,T,H]</c> or <c>[B,T,H,D]</c> to <c>[B,H,N,C]</c> or <c>[B,H,N,C,D]</c>, in <paramref name="dtype"/>.</summary>
    public Tensor Split(Tensor x, ScalarType dtype)
    {
        var byHead = x.to_type(dtype).transpose(1, 2);
        var missing = Count * ChunkLength - Length;
        if (missing > 0)
        {
            var tail = byHead.shape;
            tail[2] = missing;
            byHead = cat([byHead, zeros(tail, dtype: dtype, device: x.device)], 2);
        }
        long[] lead = [x.shape[0], x.shape[2], Count, ChunkLength];
        return byHead.reshape([.. lead, .. x.shape[3..]]);
    }

    /// <summary><c>[B,H,N,C,D]</c> back to <c>[B,T,H,D]</c> without the padding.</summary>
    public Tensor Join(Tensor chunks)
    {
        var s = chunks.shape;
        return chunks.reshape(s[0], s[1], s[2] * s[3], s[4]).narrow(2, 0, Length).transpose(1, 2).contiguous();
    }
}
