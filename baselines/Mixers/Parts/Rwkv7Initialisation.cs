namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>The depth-dependent first values of RWKV7, as FLA's <c>RWKV7Attention._initialize_weights</c> has them; n is a channel of d, layer l of N.</summary>
internal sealed class Rwkv7Initialisation(int width, int head, int layerIndex, int layerCount)
{
    private readonly double fromFirst = layerCount > 1 ? layerIndex / (double)(layerCount - 1) : 0;
    private readonly double toLast = 1 - (layerIndex / (double)layerCount);

    /// <summary>Weight of the group norm.</summary>
    public double NormWeight => Math.Pow((layerIndex + 1) / (double)layerCount, 0.7);

    /// <summary>Token-shift mix <c>1 − (n/d)^{p·(1 − l/N)}</c>, p by mix.</summary>
    public float[] Mix(string name)
    {
        var power = name switch { "x_r" or "x_g" => 0.2, "x_k" or "x_v" => 0.7, _ => 0.9 };
        return Values(width, n => 1 - Math.Pow(n / (double)width, power * toLast));
    }

    /// <summary><c>k_k</c>.</summary>
    public float[] KeyScale() => Values(width, n => 0.71 - (0.1 * Linear(n, width)));

    /// <summary>Bias of the decay.</summary>
    public float[] DecayBias() => Values(width, n =>
        -6 + (6 * Math.Pow(n / (double)Math.Max(1, width - 1), 1 + Math.Pow(fromFirst, 0.3))) + 0.5 + (2.5 * Zigzag(n)));

    /// <summary>Bias of the in-context learning rate.</summary>
    public float[] RateBias() => Values(width, n => -0.19 + (0.3 * Zigzag(n)) + (0.4 * Linear(n, width)));

    /// <summary>Bias of the value residual.</summary>
    public float[] ValueBias(int valueWidth) => Values(valueWidth, n => 0.73 - (0.4 * Linear(n, valueWidth)));

    private static float[] Values(int count, Func<int, double> of) => [.. Enumerable.Range(0, count).Select(n => (float)of(n))];

    private static double Linear(int n, int width) => (n / (double)Math.Max(1, width - 1)) - 0.5;

    private double Zigzag(int n)
    {
        var middle = Math.Max(0.5, (head - 1) / 2.0);
        var z = ((n % head) - ((head - 1) / 2.0)) / middle;
        return z * Math.Abs(z);
    }
}
