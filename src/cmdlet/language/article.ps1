# What two administrators type, one after the other.
Get-ClientAccessServer | Get-WebServicesVirtualDirectory |select *auth*
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory |select *auth*
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true

$ski = [System.Guid]::NewGuid().ToString("N")
New-ExchangeCertificate -FriendlyName "Exchange Federated Sharing" -DomainName "contoso.com" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski
Get-ExchangeCertificate | ?{$_.friendlyname -eq "Exchange Federated Sharing"} | New-FederationTrust -Name "Microsoft Federation Gateway"

Get-FederatedDomainProof -DomainName contoso.com
Get-FederatedDomainProof -DomainName FYDIBOHF25SPDLT.contoso.com
Get-FederatedOrganizationIdentifier
Get-FederationInformation -DomainName fabrikam.com
Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain contoso.com -AccountNamespace contoso.com -DelegationFederationTrust "Microsoft Federation Gateway"
Test-FederationTrust –UserIdentity kim@contoso.com -Verbose
