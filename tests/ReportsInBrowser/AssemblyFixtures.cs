using LT2.Eval.ReportsInBrowser.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]
[assembly: AssemblyFixture(typeof(SiteFixture))]
