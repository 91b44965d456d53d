return await Dvt.Sandbox.SandboxHost.RunAsync(args);
