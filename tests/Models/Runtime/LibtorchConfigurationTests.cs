using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Models.Tests.Runtime;

public sealed class LibtorchConfigurationTests
{
    /// <summary>As libtorch writes cuDNN's number: thousands, hundreds without tens, and the rest where it is not 0.</summary>
    [Theory]
    [InlineData(8907, "8.9.7", "8.9.7")]
    [InlineData(8500, "8.5", "8.5")]
    [InlineData(90100, "90.1", "9.1.0")]
    [InlineData(91002, "91.0.2", "9.10.2")]
    [InlineData(91900, "91.9", "9.19.0")]
    public void A_cudnn_version_is_read_by_the_scheme_of_its_number(int number, string written, string expected)
    {
        Assert.Equal(written, string.Join('.', new[] { number / 1000, number / 100 % 10, number % 100 }[..(number % 100 == 0 ? 2 : 3)]));
        Assert.Equal(expected, LibtorchConfiguration.CudnnVersion(written));
    }

    [Theory]
    [InlineData("9.19.0")]
    [InlineData("unknown")]
    [InlineData("91")]
    [InlineData("91.x")]
    public void What_is_no_number_of_the_old_scheme_stays(string text) => Assert.Equal(text, LibtorchConfiguration.CudnnVersion(text));
}
