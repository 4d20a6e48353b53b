using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>Times blocks of repetitions between two events on the device, after a warm-up.</summary>
internal static class CudaTimer
{
    internal static CudaFigure Time(string name, string execution, Action once, int repetitions = 10, int blocks = 20, int warmUps = 3)
    {
        for (var i = 0; i < warmUps; i++) once();
        var times = new double[blocks];
        using var start = new CudaEvent();
        using var end = new CudaEvent();
        for (var block = 0; block < blocks; block++)
        {
            start.Record();
            for (var i = 0; i < repetitions; i++) once();
            end.Record();
            times[block] = end.MillisecondsSince(start) / repetitions;
        }
        Array.Sort(times);
        return new(name, execution, times[blocks / 2], times[0], blocks);
    }
}
