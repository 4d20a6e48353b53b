using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class CubinCacheTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lt2-cubins-").FullName;
    int compiled;

    byte[] Get(string source = "kernel", string architecture = "sm_90a", string[]? options = null, string compiler = "13.0") =>
        new CubinCache(folder).Get(source, "test.cu", architecture, options ?? ["-DWIDTH=8"], compiler, () => [1, 2, (byte)++compiled]);

    [Fact]
    public void The_same_source_is_compiled_once()
    {
        Assert.Equal(Get(), Get());
        Assert.Equal(1, compiled);
    }

    [Fact]
    public void Another_source_architecture_option_or_compiler_is_compiled_anew()
    {
        Get();
        Get(source: "other");
        Get(architecture: "sm_80");
        Get(options: ["-DWIDTH=16"]);
        Get(compiler: "12.8");
        Assert.Equal(5, compiled);
    }

    [Fact]
    public void A_damaged_file_is_compiled_again_and_replaced()
    {
        Get();
        var file = Assert.Single(Directory.GetFiles(folder));
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(new byte[] { 1, 2, 2 }, Get());
        Assert.Equal(new byte[] { 1, 2, 2 }, Get());
    }

    [Fact]
    public void A_folder_that_cannot_be_made_costs_only_the_compile_time()
    {
        var blocked = Path.Combine(folder, "file");
        File.WriteAllText(blocked, "");
        Assert.Equal(new byte[] { 7 }, new CubinCache(Path.Combine(blocked, "below")).Get("s", "test.cu", "sm_80", [], "13.0", () => [7]));
    }

    [Theory]
    [InlineData("rms_norm")]
    [InlineData("column_sum")]
    [InlineData("swiglu")]
    [InlineData("rotary")]
    [InlineData("cross_entropy")]
    [InlineData("adamw")]
    [InlineData("short_convolution")]
    [InlineData("decay_gates")]
    public void Every_kernel_source_travels_with_the_program_and_compiles_where_a_compiler_is(string source)
    {
        var text = KernelLibrary.Source(source);
        Assert.Contains("extern \"C\" __global__", text, StringComparison.Ordinal);
        if (NvrtcCompiler.Problem is { } problem) Assert.Skip("found the source; not compiled: " + problem);
        foreach (var type in (TorchSharp.torch.ScalarType[])[TorchSharp.torch.ScalarType.BFloat16, TorchSharp.torch.ScalarType.Float32])
            Assert.NotEmpty(NvrtcCompiler.Compile(text, source + ".cu", "sm_80", KernelLibrary.Options(type, ["-DWIDTH=128", "-DADJACENT=1", "-DKERNEL=4", "-DSILU=1", "-DROW_THREADS=256", "-DKEPT=4"])));
    }

    [Fact]
    public void Throttle_reasons_are_named() => Assert.Equal(["software power cap", "hardware thermal slowdown"], NvmlDevice.Names(0x44));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
