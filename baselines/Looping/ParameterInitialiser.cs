using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>Draws first values in float32: on the CPU, each parameter from its own generator seeded by (seed, name), so that a seed means the same values everywhere.</summary>
public static class ParameterInitialiser
{
    const double MassWithinThree = 0.99730020393674; // erf(3 / √2)

    /// <summary>Fills a store.</summary>
    public static void Fill(ParameterStore store, long seed) => Fill(store, description => Draw(description, seed));

    /// <summary>
    /// Fills a store with draws of its own device, so that a model of billions of weights is there in a moment. On a GPU a seed then means other values than on the CPU: for
    /// measurements that do not depend on them.
    /// </summary>
    public static void FillOnDevice(ParameterStore store, long seed)
    {
        var device = store.Flat.device;
        if (device.type == TorchSharp.DeviceType.CPU)
        {
            Fill(store, seed);
            return;
        }

        cuda.manual_seed(seed); // TorchSharp (0.107) makes generators of the CPU alone, so the device's own one draws.
        Fill(store, description => Draw(description, null, device));
    }

    static void Fill(ParameterStore store, Func<ParameterDescription, Tensor> draw)
    {
        using var noGrad = no_grad();
        foreach (var description in store.Descriptions)
        {
            using var scope = NewDisposeScope();
            store.View(description.Name).copy_(draw(description));
        }
    }

    /// <summary>First values of one parameter of a model with that seed, float32 on CPU.</summary>
    public static Tensor Draw(ParameterDescription description, long seed)
    {
        using var generator = new Generator(SeedOf(seed, description.Name), CPU);
        return Draw(description, generator);
    }

    /// <summary>First values of one parameter, float32 on CPU.</summary>
    public static Tensor Draw(ParameterDescription description, Generator generator) => Draw(description, generator, CPU);

    static Tensor Draw(ParameterDescription description, Generator? generator, Device device)
    {
        long[] shape = [.. description.Shape.Select(side => (long)side)];
        var blank = empty(shape, ScalarType.Float32, device);
        switch (description.Initialisation)
        {
            case Initialisation.Linear linear:
                // Inverse transform between −3 and 3 deviations; TorchSharp's own trunc_normal_ (0.107) returns one value everywhere.
                return blank.uniform_(-MassWithinThree, MassWithinThree, generator).erfinv_().mul_(Math.Sqrt(2.0 / linear.FanIn));
            case Initialisation.Normal normal: return blank.normal_(0, normal.StandardDeviation, generator);
            case Initialisation.Uniform uniform: return blank.uniform_(uniform.Low, uniform.High, generator);
            case Initialisation.Constant constant: return blank.fill_(constant.Filler);
            case Initialisation.LogOfUniform log: return blank.uniform_(log.Low, log.High, generator).clamp_(1e-4).log_();
            case Initialisation.InverseSoftplusOfLogUniform step:
                var dt = blank.uniform_(Math.Log(step.Low), Math.Log(step.High), generator).exp_().clamp_(1e-4);
                return dt.add(dt.neg().expm1().neg().log());
            case Initialisation.Orthogonal orthogonal: return Orthogonal(shape, orthogonal.Gain, generator, device);
            case Initialisation.Values values: return tensor(values.RowMajor().ToArray(), device: device).view(shape);
            default: throw new ModelException($"'{description.Name}' has an initialisation of unknown kind {description.Initialisation.GetType().Name}.");
        }
    }

    static Tensor Orthogonal(long[] shape, double gain, Generator? generator, Device device)
    {
        var (rows, columns) = (shape[0], shape[1]);
        var (q, r) = linalg.qr(randn([Math.Max(rows, columns), Math.Min(rows, columns)], device: device, generator: generator));
        q = q.mul(r.diagonal().sign()); // makes the distribution uniform over orthogonal matrices
        return (rows < columns ? q.t() : q).mul(gain);
    }

    static ulong SeedOf(long seed, string name) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{name}")))) >> 1;
}
