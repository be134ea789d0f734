<?php
// EnvioCorreo as PHP's SoapServer makes it: the WSDL, one method, and the extension for everything else.
// SERVICE_WSDL=… SERVICE_SOAP=1.1 php -S 127.0.0.1:… envio_correo.php

final class Servicio
{
    public function EnvioCorreo($parameters)
    {
        $invoice = '<Invoice/>';
        return ['EnvioCorreoResult' => [
            'CUFE' => str_repeat('0a', 48),
            'CUDE' => str_repeat('0b', 48),
            'QR' => 'https://catalogo-vpfe.dian.example/document',
            'xml' => $invoice,
            'FacturaPDF' => "%PDF-1.7\n",
            'ResponseDIAN' => '<ApplicationResponse/>',
            'Descripcion' => 'Documento enviado',
            'DatosResolucion' => [
                'ExtensionData' => new stdClass(),
                'OperationCode' => '100',
                'OperationDescription' => 'Acción completada',
                'ResponseList' => ['NumberRangeResponse' => [['ResolutionNumber' => '18760000001', 'Prefix' => 'SETP']]],
            ],
            'RespuestaHabilitacion' => [
                'ExtensionData' => new stdClass(),
                'ErrorMessageList' => ['XmlParamsResponseTrackId' => [['DocumentKey' => '1', 'ProcessedMessage' => 'ninguno']]],
                'ZipKey' => '1',
            ],
            'RespuestaProduccion' => [
                'ExtensionData' => new stdClass(),
                'ErrorMessage' => ['string' => ['Regla: FAJ43b, notificación']],
                'IsValid' => true,
                'StatusCode' => '00',
                'StatusDescription' => 'Procesado Correctamente',
                'StatusMessage' => 'La Factura ha sido autorizada',
                'XmlBase64Bytes' => $invoice,
                'XmlBytes' => $invoice,
                'XmlDocumentKey' => str_repeat('0a', 48),
                'XmlFileName' => 'factura',
            ],
        ]];
    }
}

$server = new SoapServer(getenv('SERVICE_WSDL'), [
    'soap_version' => getenv('SERVICE_SOAP') === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
]);
$server->setClass(Servicio::class);
$server->handle();
