# What Litware's administrator does every six weeks, on days 10, 52, 94 and so on.
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
Start-Sleep -Seconds 3628800
Set-FederationTrust -Identity "Microsoft Federation Gateway" -RefreshMetadata
