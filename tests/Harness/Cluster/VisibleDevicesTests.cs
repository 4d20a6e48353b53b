using System.Diagnostics;
using LT2.Eval.Harness.Cluster;

namespace LT2.Eval.Harness.Tests.Cluster;

public sealed class VisibleDevicesTests
{
    [Theory]
    [InlineData("3,5,7", "cuda:1", "5", "5,3,7")]
    [InlineData("GPU-aa, GPU-bb", "cuda:0", "GPU-aa", "GPU-aa,GPU-bb")]
    public void A_child_sees_its_own_GPU_first_and_names_it_so(string visible, string device, string only, string first)
    {
        Assert.Equal(("cuda:0", only), Set(VisibleDevices.Only, visible, device));
        Assert.Equal(("cuda:0", first), Set(VisibleDevices.First, visible, device));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda:2")]
    public void What_is_no_visible_GPU_is_left_for_the_child_to_refuse(string device)
        => Assert.Equal((device, "0,1"), Set(VisibleDevices.Only, "0,1", device));

    private static (string Device, string? Visible) Set(Func<ProcessStartInfo, string, string> set, string visible, string device)
    {
        var start = new ProcessStartInfo("lt2");
        start.Environment["CUDA_VISIBLE_DEVICES"] = visible;
        return (set(start, device), start.Environment["CUDA_VISIBLE_DEVICES"]);
    }
}
