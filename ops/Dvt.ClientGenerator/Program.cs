return await Dvt.ClientGenerator.CommandLine.RunAsync(args);
