Get-ClientAccessServer
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | select Server, WSSecurityAuthentication
Get-AutodiscoverVirtualDirectory -Server cas2013 | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true
iisreset
$ski = [System.Guid]::NewGuid().ToString("N")
New-ExchangeCertificate -FriendlyName "Exchange Federated Sharing" -DomainName "contoso.com" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski
Get-ExchangeCertificate | ?{$_.friendlyname -eq "Exchange Federated Sharing"} | New-FederationTrust -Name "Microsoft Federation Gateway" -SuppressDnsWarning
Add-DnsServerResourceRecord -ZoneName contoso.com -Name "@" -Txt -DescriptiveText (Get-FederatedDomainProof -DomainName contoso.com).Proof
Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain contoso.com -AccountNamespace contoso.com -DelegationFederationTrust "Microsoft Federation Gateway"
Test-FederationTrustCertificate
Test-FederationTrust -UserIdentity alice@contoso.com
Get-FederationInformation fabrikam.com | New-OrganizationRelationship -Name fabrikam -FreeBusyAccessEnabled $true -FreeBusyAccessLevel LimitedDetails
