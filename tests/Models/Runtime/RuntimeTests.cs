using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Runtime;

public sealed class RuntimeTests
{
    [Fact]
    public void The_cpu_device_is_proved_and_computes()
    {
        var device = ComputeDevice.Resolve("auto");
        using var scope = torch.NewDisposeScope();
        Assert.Equal(6f, torch.arange(4, device: device.TorchDevice, dtype: torch.ScalarType.Float32).sum().cpu().item<float>());
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void An_unknown_device_names_the_choices(string name)
    {
        var error = Assert.Throws<ModelException>(() => ComputeDevice.Resolve(name));
        Assert.Contains("auto, cpu, cuda or cuda:N", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_description_says_which_libtorch_and_how_many_threads()
    {
        TorchRuntime.SetThreads(1);
        var rows = TorchRuntime.Describe();
        Assert.Contains(("threads", "1"), rows);
        Assert.Contains(rows, row => row.Name == "libtorch from" && row.Value.Length > 0);
    }

    [Fact]
    public void A_missing_version_is_marked_weak_once_and_others_stay()
    {
        var folders = ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(Path.PathSeparator).Append(AppContext.BaseDirectory);
        var file = folders.Select(f => Path.Combine(f, "libLibTorchSharp.so")).First(File.Exists);
        var image = File.ReadAllBytes(file);
        var before = (byte[])image.Clone();
        Assert.Equal(1, WeakVersionPatch.Apply(image, "GLIBCXX_3.4.32"));
        Assert.Equal(1, image.Zip(before).Count(pair => pair.First != pair.Second));
        Assert.Equal(0, WeakVersionPatch.Apply(image, "GLIBCXX_9.9.9"));
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused() =>
        Assert.Throws<InvalidDataException>(() => WeakVersionPatch.Apply(new byte[100], "GLIBCXX_3.4.32"));
}
