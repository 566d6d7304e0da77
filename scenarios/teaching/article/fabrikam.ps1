# Fabrikam does the same, a little faster, and shows less of it.
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true
iisreset
$ski = [System.Guid]::NewGuid().ToString("N")
New-ExchangeCertificate -FriendlyName "Exchange Federated Sharing" -DomainName "fabrikam.com" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski
Get-ExchangeCertificate | ?{$_.friendlyname -eq "Exchange Federated Sharing"} | New-FederationTrust -Name "Microsoft Federation Gateway" -SuppressDnsWarning
$proof = Get-FederatedDomainProof -DomainName fabrikam.com
Add-DnsServerResourceRecord -ZoneName fabrikam.com -Name "@" -Txt -DescriptiveText $proof.Proof
Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain fabrikam.com -AccountNamespace fabrikam.com -DelegationFederationTrust "Microsoft Federation Gateway"
Test-FederationTrust -UserIdentity bob@fabrikam.com
