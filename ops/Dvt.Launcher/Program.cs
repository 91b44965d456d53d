return await Dvt.Launcher.CommandLine.RunAsync(args);
